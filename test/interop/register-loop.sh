#!/bin/bash
# The tutorial's loop: one curl for each word of a file of IP-PROJECT-NAME lines. Prints "<service id> <status>" a line.
# usage: register-loop.sh FILE HOST:PORT CHECK-PORT [CHECK-INTERVAL]
for word in $(cat "$1"); do
  ip=${word%%-*}
  project=${word#*-}
  id="prometheus-system-monitor-$word"
  status=$(curl -s -o /dev/null -w '%{http_code}' -X PUT -d '{"id": "'"$id"'", "name": "system-tomcat-'"$word"'", "address": "'"$ip"'", "port": '"$3"',
 "tags": ["system-tomcat-'"$project"'"], "checks": [{"http": "http://'"$ip:$3"'/metrics", "interval": "'"${4:-30s}"'"}]}' "http://$2/v1/agent/service/register")
  echo "$id $status"
done
