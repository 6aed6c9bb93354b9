package suite

import (
	"errors"
	"maps"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/summerwind/h2spec/config"
	"github.com/summerwind/h2spec/generic"
	"github.com/summerwind/h2spec/hpack"
	"github.com/summerwind/h2spec/http2"
	"github.com/summerwind/h2spec/spec"
)

// h2Differences are the cases of h2spec that end in another way. HTTP/2 is that of net/http.
var h2Differences = differ{
	"http2/6.5.3/1":   "a setting that is there twice is refused: the case is older than RFC 9113, and net/http strict",
	"http2/8.1.2.2/1": "a field of the connection is answered with 400, not with a reset",
	"http2/8.1.2.2/2": "likewise",
}

// HTTP2 runs h2spec, strictly, against a server that speaks HTTP/2 at addr: over TLS, or without it beside HTTP/1.1.
func HTTP2(addr string, secure bool) (Result, error) {
	name, differences := "HTTP/2 over TLS", h2Differences
	if !secure {
		name, differences = "HTTP/2 without TLS", maps.Clone(h2Differences)
		differences["http2/3.5/2"] = "what is no preface is a request of HTTP/1.1, and answered with 400"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return Result{}, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return Result{}, err
	}
	// What answers a POST has read its body: what the case of a length that is not that of the body asks for is an end of what is
	// still being read.
	c := &config.Config{
		Host: host, Port: number, Path: "/block?nonce=a&ms=20", Timeout: 2 * time.Second, MaxHeaderLen: 4000,
		Strict: true, TLS: secure, Insecure: true,
	}
	stdout := os.Stdout // h2spec prints as it goes
	if os.Stdout, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
		return Result{}, err
	}
	defer func() { os.Stdout = stdout }()
	b := newBoard(name, "h2spec", differences)
	for _, group := range []*spec.TestGroup{generic.Spec(), http2.Spec(), hpack.Spec()} {
		group.Test(c)
		collect(b, group)
	}
	return b.close(), nil
}

func collect(b *board, group *spec.TestGroup) {
	for i, test := range group.Tests {
		var err error
		switch r := test.Result; {
		case r == nil || r.Skipped:
			err = errors.New("was skipped")
		case r.Error != nil:
			err = errors.New(strings.Join(strings.Fields(r.Error.Error()), " "))
		}
		b.add(group.ID()+"/"+strconv.Itoa(i+1), err)
	}
	for _, g := range group.Groups {
		collect(b, g)
	}
}
