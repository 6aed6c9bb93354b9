// Package freeport finds addresses for programs that tests and benches start, where those take no address of the system's choice
// or tell nobody which one it was.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// The ports lie below those that Linux, macOS and Windows give by themselves (32768 on Linux, 49152 elsewhere): a port of these that is
// free stays so while other programs connect and listen, as tests that run beside this one do.
const (
	first = 10_000
	end   = 32_000
)

// attempts is how many ports are tried.
const attempts = 1000

// Address returns "127.0.0.1:port", where nobody listens, or why there is none. Any goroutine may call it.
func Address() (string, error) {
	var err error
	for range attempts {
		address := fmt.Sprintf("127.0.0.1:%d", first+rand.IntN(end-first))
		l, failed := net.Listen("tcp4", address)
		if failed == nil {
			return address, l.Close()
		}
		err = failed
	}
	return "", err
}
