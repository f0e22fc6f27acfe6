// What a client that holds too many connections is told (spec/http.md, section 6).

export const CROWDED_TEXT = 'Your IP is issuing too many concurrent connections, please rate limit your calls\n';
export const CROWDED_HEADERS = 'Content-Type: text/plain\r\n';
