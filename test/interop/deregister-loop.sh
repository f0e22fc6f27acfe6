#!/bin/bash
# The tutorial's removal: one curl for each service ID of a file. Prints "<service id> <status>" a line.
# usage: deregister-loop.sh FILE HOST:PORT
for id in $(cat "$1"); do
  status=$(curl -s -o /dev/null -w '%{http_code}' --request PUT "http://$2/v1/agent/service/deregister/$id")
  echo "$id $status"
done
