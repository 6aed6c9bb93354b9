package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("Content-Length")
)

// maxAnswer bounds an answer, in bytes: those of the bench are far smaller.
const maxAnswer = 64 << 10

// parseAnswer reads the answer at the start of b. It gives its size in bytes and its status, or a size of 0 as long as b
// does not hold all of it. It knows only what the servers of the bench send: HTTP/1.1 with a Content-Length.
func parseAnswer(b []byte) (size, status int, err error) {
	end := bytes.Index(b, headEnd)
	if end < 0 {
		if len(b) > maxAnswer {
			return 0, 0, errors.New("the head of an answer does not end")
		}
		return 0, 0, nil
	}
	head := b[:end]
	line, fields, _ := bytes.Cut(head, headEnd[:2])
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("not a status line: %q", line)
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, 0, fmt.Errorf("not a status line: %q", line)
	}
	for len(fields) > 0 {
		var field []byte
		field, fields, _ = bytes.Cut(fields, headEnd[:2])
		name, value, _ := bytes.Cut(field, []byte(":"))
		if !bytes.EqualFold(name, contentLength) {
			continue
		}
		length, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 31)
		if err != nil || length > maxAnswer {
			return 0, 0, fmt.Errorf("bad content length %q", value)
		}
		size = end + len(headEnd) + int(length)
		if len(b) < size {
			return 0, 0, nil
		}
		return size, status, nil
	}
	return 0, 0, errors.New("an answer without Content-Length")
}
