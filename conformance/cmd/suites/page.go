package main

import (
	"bytes"
	"fmt"

	"github.com/tornadogen/tornadogen/conformance/internal/suite"
)

const top = `# Public suites

What the runtime and the generated code were held against, from outside: over sockets, by clients that are not their own. This page is
written by the run:

    make conformance SUITES=dir    # dir holds http1/*.jsonl, json/test_parsing.tar.xz and json-schema/{tests,remotes}

A case that *differs* ends in another way than its suite says, on purpose; the reasons are below. A run fails while a case is open,
when a difference is no longer one, and when no case has its name.

| suite | cases of | cases | held | differ | open |
| --- | --- | ---: | ---: | ---: | ---: |
`

const about = `
- **HTTP/1.1 requests**: each vector is sent whole, and byte by byte, to a server that echoes. What the RFC leaves open is marked
  in the vectors; all differences are among those. The echo is a mounted handler, which gets what is wrong with a body as an error of its Read
  and answers that itself.
- **Request smuggling**: lengths, chunks, line ends, hosts and versions that two ends of a chain may read in two ways. Each is refused
  with its status and nothing behind it is answered, or it is read in the one way that the RFC has for it.
- **a held body**: the same requests, where their method is GET, POST or PUT, to generated operations that hold their body in memory, so that it is
  the runtime which refuses a body, with its own status: one of 400, 413, 414, 417, 431, 501 and 505 for the public vectors, and the one that
  is demanded for those of this project, as 431 for trailers that are too long.
- **HTTP/2**: h2spec v2.2.1 with its strict cases. HTTP/2 is served by net/http, into the same handlers.
- **WebSocket**: the case list of the Autobahn test suite, sections 1 to 7, 9, 10, 12 and 13, by a client of raw frames. Messages are
  JSON, so a text of the list travels inside of a JSON string. Each case of 12 and 13 has sent %s; the public suite sends 1,000,
  as does FLAGS="-messages 1000".
- **JSON Schema**: see [conformance/README.md](../../conformance/README.md#json-schema); what is left out is listed with reasons in
  ` + "`conformance/cmd/jsonschema/leftout.txt`" + `. Of the folders ` + "`optional`" + ` only what that page names is tried.
- **net/http's client and server**: what they promise, of the http.Handler of an API, over HTTP/1.1 and HTTP/2.

## Differences
`

// write makes the page. The same results give the same bytes.
func write(results []suite.Result, messages int) []byte {
	var b bytes.Buffer
	b.WriteString(top)
	var all suite.Result
	all.Name, all.Source = "**all**", ""
	for _, r := range results {
		b.WriteString(r.Line() + "\n")
		all.Cases, all.Held = all.Cases+r.Cases, all.Held+r.Held
		all.Differences, all.Open = append(all.Differences, r.Differences...), append(all.Open, r.Open...)
	}
	b.WriteString(all.Line() + "\n")
	fmt.Fprintf(&b, about, fmt.Sprint(messages, " messages"))
	for _, r := range results {
		if len(r.Differences) == 0 || r.Differences[0] == "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n\n", r.Name)
		for _, d := range r.Differences {
			b.WriteString("- " + d + "\n")
		}
	}
	return b.Bytes()
}
