package value

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
)

// File is one part of a multipart body that holds a file.
type File struct {
	// Name is the name of the file as the sender gave it, without folders. It is not to be trusted as a path. "" where there is none.
	Name string
	// ContentType is the media type of the part with its parameters; "" stands for application/octet-stream.
	ContentType string
	// Header holds the other header fields of the part; nil where there is none.
	Header textproto.MIMEHeader
	Data   []byte
}

const (
	dataScheme  = "data:"
	base64Mark  = ";base64"
	nameMark    = ";name="
	headerMark  = ";header-"
	octetStream = "application/octet-stream"
)

// AppendText appends f as a data URL (RFC 2397), which is how a file stands in JSON; name and header fields are parameters of it.
func (f File) AppendText(b []byte) ([]byte, error) {
	b = append(b, dataScheme...)
	contentType := f.ContentType
	if contentType == "" {
		contentType = octetStream
	}
	b = append(b, strings.ReplaceAll(url.PathEscape(contentType), "%2F", "/")...)
	if f.Name != "" {
		b = append(append(b, nameMark...), url.QueryEscape(f.Name)...)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Header)) {
		for _, v := range f.Header[name] {
			b = append(append(b, headerMark...), url.QueryEscape(name)...)
			b = append(append(b, '='), url.QueryEscape(v)...)
		}
	}
	b = append(append(b, base64Mark...), ',')
	return base64.StdEncoding.AppendEncode(b, f.Data), nil
}

// ParseFile reads what AppendText wrote. Another text is the content of a file without a name; a data URL that is not as AppendText
// writes it is an error.
func ParseFile(s string) (File, error) {
	rest, ok := strings.CutPrefix(s, dataScheme)
	head, data, found := strings.Cut(rest, base64Mark+",")
	if !ok || !found {
		return File{Data: []byte(s)}, nil
	}
	var f File
	var err error
	media, parameters, _ := strings.Cut(head, ";")
	if f.ContentType, err = url.PathUnescape(media); err != nil {
		return File{}, errDataURL
	}
	for parameter := range strings.SplitSeq(parameters, ";") {
		key, escaped, _ := strings.Cut(parameter, "=")
		text, err := url.QueryUnescape(escaped)
		name, isHeader := strings.CutPrefix(key, headerMark[1:])
		switch {
		case err != nil:
			return File{}, errDataURL
		case key == "name":
			f.Name = text
		case isHeader:
			if f.Header == nil {
				f.Header = make(textproto.MIMEHeader)
			}
			f.Header.Add(name, text)
		}
	}
	if f.Data, err = base64.StdEncoding.DecodeString(data); err != nil {
		return File{}, errDataURL
	}
	return f, nil
}

var errDataURL = errors.New("not a data URL")

// MarshalJSON gives a data URL.
func (f File) MarshalJSON() ([]byte, error) {
	text, err := f.AppendText(nil)
	if err != nil {
		return nil, err
	}
	return json.Marshal(string(text))
}

// UnmarshalJSON reads a data URL; another string is the content of the file.
func (f *File) UnmarshalJSON(data []byte) error {
	var s string
	err := json.Unmarshal(data, &s)
	if err == nil {
		*f, err = ParseFile(s)
	}
	return err
}
