package media

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// BenchmarkForm makes JSON of a form with twelve fields, of which three are nested.
func BenchmarkForm(b *testing.B) {
	body := []byte("amount=500&currency=eur&live=true&note=for+the+road&tags=a&tags=b&sizes=1&sizes=2&any=x" +
		"&card[number]=4242424242424242&card[exp][month]=5&card[exp][year]=2030")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, body, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// manyParts are 100,000 small parts with the boundary B, files or fields.
func manyParts(file bool) []byte {
	part := "--B\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nRex\r\n"
	if file {
		part = "--B\r\nContent-Disposition: form-data; name=\"scans\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nabc\r\n"
	}
	return []byte(strings.Repeat(part, benchParts) + "--B--\r\n")
}

const benchParts = 100_000

// BenchmarkParts reads small parts: files as they come, which nobody reads, fields as they come, items, and fields of a body that is held. The
// figures are for one part.
func BenchmarkParts(b *testing.B) {
	limits := Limits{Fields: benchParts}
	const contentType = "multipart/form-data; boundary=B"
	for _, c := range []struct {
		name string
		file bool
		read func(body []byte) error
	}{
		{"files", true, func(body []byte) error { return readForms(body, limits) }},
		{"fields", false, func(body []byte) error { return readForms(body, limits) }},
		{"items", false, func(body []byte) error {
			r, err := NewPartsReader(bytes.NewReader(body), streamShapes, "[string]", []byte(contentType), limits)
			if err != nil {
				return err
			}
			for r.Limit = 100; err == nil; {
				_, err = r.Next()
			}
			return err
		}},
		{"held", false, func(body []byte) error {
			if _, err := Decode(streamShapes, "{name: [string]}", "multipart/form-data", []byte(contentType), body, limits); err != nil {
				return err
			}
			return io.EOF
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := manyParts(c.file)
			b.ReportAllocs()
			b.ResetTimer()
			for range (b.N + benchParts - 1) / benchParts {
				if err := c.read(body); !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
			}
		})
	}
}

// readForms goes over all steps through a form.
func readForms(body []byte, limits Limits) error {
	f, err := NewFormReader(bytes.NewReader(body), streamShapes, "{name: [string], scans: [file]}", []byte("multipart/form-data; boundary=B"), limits)
	if err != nil {
		return err
	}
	for f.Limit = len(body); err == nil; {
		_, _, err = f.Next()
	}
	return err
}
