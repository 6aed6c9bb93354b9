package suite

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// largestWindow is the size of the window where nothing smaller was agreed on, as a power of two (RFC 7692 section 7.1.2.1).
const largestWindow = 15

// The tail that a sender takes from the end of a compressed message (RFC 7692 section 7.2.1), and a last block, for a reader.
const (
	deflateTail = "\x00\x00\xff\xff"
	lastBlock   = "\x01\x00\x00\xff\xff"
)

// agreedWindow reads what a server answered to an offer: the size of the window that it compresses in, as a power of two. It has to
// be an answer to the first of the offers, as all of them can be met, and no context may be taken over in either direction, which
// is what this server answers always and what deflate and inflate count on.
func agreedWindow(offer, answer string) (bits int, err error) {
	first, _, _ := strings.Cut(offer, ",")
	asked, err := deflateParameters(first)
	if err != nil {
		return 0, err
	}
	given, err := deflateParameters(answer)
	if err != nil {
		return 0, err
	}
	for _, name := range []string{"server_no_context_takeover", "client_no_context_takeover"} {
		if value, ok := given[name]; !ok || value != "" {
			return 0, fmt.Errorf("the answer %q is without %s", answer, name)
		}
		delete(given, name)
	}
	// RFC 7692 section 7.1.2.1: a server that accepts the parameter answers it, with that window or a smaller one. This server
	// takes the one that was offered.
	const window = "server_max_window_bits"
	if given[window] != asked[window] {
		return 0, fmt.Errorf("the answer %q has another %s than the offer %q", answer, window, first)
	}
	delete(given, window)
	if len(given) > 0 { // also client_max_window_bits: this client has the largest window
		return 0, fmt.Errorf("the answer %q has parameters that nobody asked for: %v", answer, given)
	}
	if asked[window] == "" {
		return largestWindow, nil
	}
	return strconv.Atoi(asked[window])
}

// deflateParameters reads one offer of permessage-deflate, or the answer to it.
func deflateParameters(text string) (map[string]string, error) {
	parts := strings.Split(text, ";")
	if strings.TrimSpace(parts[0]) != "permessage-deflate" {
		return nil, fmt.Errorf("no agreement on compression: %q", text)
	}
	all := make(map[string]string)
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("%s is there twice: %q", name, text)
		}
		all[name] = value
	}
	return all, nil
}

// deflate compresses a message as RFC 7692 says, without the context of those before.
func deflate(message string, level int) string {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, level)
	if err != nil {
		panic(err) // the level is one that exists
	}
	_, _ = io.WriteString(w, message) // a buffer gives no error
	_ = w.Flush()
	return strings.TrimSuffix(out.String(), deflateTail)
}

// inflate reads a message that was compressed without the context of those before, and demands that none of its back-references is
// longer than the window.
func inflate(b []byte, bits int) ([]byte, error) {
	whole := string(b) + deflateTail + lastBlock
	out, err := io.ReadAll(flate.NewReader(strings.NewReader(whole)))
	if err != nil || bits == largestWindow { // of deflate itself: no distance is longer
		return out, err
	}
	distance, length := farthest(whole)
	if distance > 1<<bits {
		return nil, fmt.Errorf("a back-reference of %d bytes in a window of %d", distance, 1<<bits)
	}
	if length != len(out) {
		return nil, fmt.Errorf("%d bytes are read as %d", len(out), length)
	}
	return out, nil
}

// farthest walks through data that compress/flate has read without an error. It returns the longest distance of a back-reference,
// which compress/flate does not tell, and the length of what comes out. The numbers are those of RFC 1951 section 3.2.
func farthest(data string) (distance, length int) {
	b := bitReader{data: data}
	for last := 0; last == 0; {
		last = b.take(1)
		var literals, distances huffman
		switch b.take(2) {
		case 0: // stored
			b.at = (b.at + 7) &^ 7
			n := b.take(16)
			b.at += 16 + 8*n
			length += n
			continue
		case 1:
			literals, distances = fixedCodes()
		default:
			literals, distances = b.dynamicCodes()
		}
		for symbol := literals.next(&b); symbol != 256; symbol = literals.next(&b) {
			if symbol < 256 {
				length++
				continue
			}
			n := 258
			if symbol < 285 {
				n = 3 + b.ranged(symbol-257, 4)
			}
			distance = max(distance, 1+b.ranged(distances.next(&b), 2))
			length += n
		}
	}
	return distance, length
}

// A bitReader gives the bits of a stream, of each byte the lowest first.
type bitReader struct {
	data string
	at   int // in bits
}

func (b *bitReader) take(n int) (value int) {
	for i := range n {
		value |= int(b.data[b.at>>3]>>(b.at&7)&1) << i
		b.at++
	}
	return value
}

// ranged reads the extra bits of a code of a length or a distance: with one more bit for every so many codes, from the third such
// group on.
func (b *bitReader) ranged(code, group int) int {
	if code < 2*group {
		return code
	}
	extra := code/group - 1
	return (group+code%group)<<extra + b.take(extra)
}

func fixedCodes() (literals, distances huffman) {
	lengths := strings.Repeat("\x08", 144) + strings.Repeat("\x09", 112) + strings.Repeat("\x07", 24) + strings.Repeat("\x08", 8)
	return newHuffman([]byte(lengths)), newHuffman(bytes.Repeat([]byte{5}, 30))
}

func (b *bitReader) dynamicCodes() (literals, distances huffman) {
	ofLiterals, ofDistances, ofLengths := 257+b.take(5), 1+b.take(5), 4+b.take(4)
	var lengths [19]byte
	for _, symbol := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[:ofLengths] {
		lengths[symbol] = byte(b.take(3))
	}
	codes := newHuffman(lengths[:])
	var all []byte
	for len(all) < ofLiterals+ofDistances {
		switch symbol := codes.next(b); symbol {
		case 16:
			all = append(all, bytes.Repeat(all[len(all)-1:], 3+b.take(2))...)
		case 17:
			all = append(all, make([]byte, 3+b.take(3))...)
		case 18:
			all = append(all, make([]byte, 11+b.take(7))...)
		default:
			all = append(all, byte(symbol))
		}
	}
	return newHuffman(all[:ofLiterals]), newHuffman(all[ofLiterals:])
}

// huffman is a code whose words of a length follow each other, in the order of their symbols.
type huffman struct {
	count   [16]int // of the words of a length
	symbols []int   // by word
}

func newHuffman(lengths []byte) (h huffman) {
	for n := 1; n < len(h.count); n++ {
		for symbol, length := range lengths {
			if int(length) == n {
				h.count[n]++
				h.symbols = append(h.symbols, symbol)
			}
		}
	}
	return h
}

func (h *huffman) next(b *bitReader) int {
	word, first, index := 0, 0, 0
	for _, count := range h.count[1:] {
		if word |= b.take(1); word < first+count {
			return h.symbols[index+word-first]
		}
		index, first, word = index+count, (first+count)<<1, word<<1
	}
	panic("a word of no code, which compress/flate has read")
}
