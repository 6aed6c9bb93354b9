// Package proxyproto reads the header with which a proxy begins a connection that it makes for another, to tell whose it is: the PROXY
// protocol of HAProxy, versions 1 and 2. It performs no I/O.
package proxyproto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/netip"
	"strconv"
	"strings"
)

// MaxSize is the longest header that is read. One of version 1 has at most 107 bytes; one of version 2 could have 65,551, but
// what proxies send beside the addresses is short.
const MaxSize = 4 << 10

const maxV1 = 107

// Header is what the proxy tells.
type Header struct {
	// Source and Destination are the ends of the connection that the proxy has accepted. Both are invalid when it speaks for itself (a
	// health check) or knows of none: then those of the connection itself hold.
	Source, Destination netip.AddrPort
	// Secure means that the client speaks TLS with the proxy. Only version 2 can tell.
	Secure bool
}

// The faults of a header. After one of them nothing that follows can be trusted.
var (
	ErrNone     = errors.New("no PROXY header")
	ErrTooLong  = errors.New("PROXY header is too long")
	ErrMalform  = errors.New("PROXY header is malformed")
	ErrVersion  = errors.New("PROXY header of an unknown version or command")
	ErrChecksum = errors.New("PROXY header with a wrong checksum")
)

var (
	signature1 = []byte("PROXY ")
	signature2 = []byte("\r\n\r\n\x00\r\nQUIT\n")
)

// Parse reads the header at the front of b and returns its size; 0 without an error means that more bytes are needed. A fault is
// found as soon as the bytes show it, and never depends on how they were split.
func Parse(b []byte) (h Header, size int, err error) {
	switch {
	case begins(b, signature1):
		return parse1(b)
	case begins(b, signature2):
		return parse2(b)
	}
	return Header{}, 0, ErrNone
}

// begins reports whether b begins with signature, as far as it goes.
func begins(b, signature []byte) bool {
	n := min(len(b), len(signature))
	return bytes.Equal(b[:n], signature[:n])
}

// parse1 reads version 1: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n".
func parse1(b []byte) (Header, int, error) {
	end := bytes.Index(b[:min(len(b), maxV1)], []byte("\r\n"))
	if end < 0 {
		if len(b) >= maxV1 {
			return Header{}, 0, ErrTooLong
		}
		return Header{}, 0, nil
	}
	fields := strings.Split(string(b[:end]), " ")
	size := end + 2
	if fields[1] == "UNKNOWN" {
		return Header{}, size, nil // whatever follows is to be ignored
	}
	if len(fields) != 6 || fields[1] != "TCP4" && fields[1] != "TCP6" {
		return Header{}, 0, ErrMalform
	}
	source, ok1 := address1(fields[1], fields[2], fields[4])
	destination, ok2 := address1(fields[1], fields[3], fields[5])
	if !ok1 || !ok2 {
		return Header{}, 0, ErrMalform
	}
	return Header{Source: source, Destination: destination}, size, nil
}

func address1(family, ip, port string) (netip.AddrPort, bool) {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Zone() != "" || addr.Is4() != (family == "TCP4") {
		return netip.AddrPort{}, false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || strconv.FormatUint(n, 10) != port { // no sign, no leading zero
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(n)), true
}

// The parts of a header of version 2.
const (
	fixed2 = 16 // signature, version and command, family and protocol, length

	commandLocal = 0x20
	commandProxy = 0x21

	familyIPv4 = 1
	familyIPv6 = 2
	familyUnix = 3
	unixSize   = 216

	typeChecksum = 0x03
	typeTLS      = 0x20
	clientTLS    = 0x01 // the first byte of typeTLS
)

// parse2 reads version 2, which is binary.
func parse2(b []byte) (h Header, size int, err error) {
	if len(b) > 12 && b[12] != commandLocal && b[12] != commandProxy {
		return Header{}, 0, ErrVersion
	}
	if len(b) < fixed2 {
		return Header{}, 0, nil
	}
	size = fixed2 + int(binary.BigEndian.Uint16(b[14:]))
	if size > MaxSize {
		return Header{}, 0, ErrTooLong
	}
	if len(b) < size {
		return Header{}, 0, nil
	}
	if b[12] == commandLocal { // whatever stands there is to be ignored
		return Header{}, size, nil
	}
	rest := b[fixed2:size]
	ip := 0
	switch b[13] >> 4 {
	case familyIPv4:
		ip = 4
	case familyIPv6:
		ip = 16
	case familyUnix:
		if len(rest) < unixSize {
			return Header{}, 0, ErrMalform
		}
		rest = rest[unixSize:]
	default: // no address that could be understood; what follows is to be ignored
		return Header{}, size, nil
	}
	if ip > 0 {
		if len(rest) < 2*ip+4 {
			return Header{}, 0, ErrMalform
		}
		h.Source = address2(rest[:ip], rest[2*ip:])
		h.Destination = address2(rest[ip:2*ip], rest[2*ip+2:])
		rest = rest[2*ip+4:]
	}
	if h.Secure, err = extensions(b[:size], rest); err != nil {
		return Header{}, 0, err
	}
	return h, size, nil
}

func address2(ip, port []byte) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(ip) // of 4 or 16 bytes
	return netip.AddrPortFrom(addr.Unmap(), binary.BigEndian.Uint16(port))
}

// extensions reads what follows the addresses: type, length, value, again and again.
func extensions(header, rest []byte) (secure bool, err error) {
	for len(rest) > 0 {
		if len(rest) < 3 {
			return false, ErrMalform
		}
		kind, size := rest[0], int(binary.BigEndian.Uint16(rest[1:]))
		if rest = rest[3:]; len(rest) < size {
			return false, ErrMalform
		}
		value := rest[:size]
		rest = rest[size:]
		switch kind {
		case typeTLS:
			secure = size > 0 && value[0]&clientTLS != 0
		case typeChecksum:
			if size != 4 {
				return false, ErrMalform
			}
			if checksum(header, len(header)-len(rest)-4) != binary.BigEndian.Uint32(value) {
				return false, ErrChecksum
			}
		}
	}
	return secure, nil
}

// checksum is the CRC32c of a header in which the checksum itself, at a position, counts as zero.
func checksum(header []byte, at int) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, table, header[:at])
	sum = crc32.Update(sum, table, make([]byte, 4))
	return crc32.Update(sum, table, header[at+4:])
}
