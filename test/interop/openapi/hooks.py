"""What schemathesis doesn't know of Consul's API by itself.

Paths with characters that can't be printed are refused before there is an endpoint, by 400 with nothing in it: they are left out. A
5xx is Consul's way of refusing some arguments, and the document says so; but it always says what was wrong, and never that the agent
stumbled."""

from urllib.parse import unquote

import schemathesis

STUMBLED = "Internal Server Error"


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    return path_parameters is None or all(unquote(str(value)).isprintable() for value in path_parameters.values())


@schemathesis.check
def says_what_was_wrong(ctx, response, case):
    if response.status_code < 500:
        return
    text = response.text
    if text == "" or text == STUMBLED:
        raise AssertionError(f"a {response.status_code} that says {text!r}")
