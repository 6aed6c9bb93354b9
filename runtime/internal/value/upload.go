package value

import (
	"io"
	"net/textproto"
)

// Upload is a body of bytes that is read as it comes, with its media type, as "image/png". An empty ContentType stands for
// application/octet-stream. One without a Reader is empty.
type Upload struct {
	ContentType string
	Reader      io.Reader
}

// Read gives the next bytes of the body.
func (u Upload) Read(p []byte) (int, error) {
	if u.Reader == nil {
		return 0, io.EOF
	}
	return u.Reader.Read(p)
}

// FilePart is a file of a multipart body that is read as it comes. It is an io.Reader itself; one without a Reader is empty.
type FilePart struct {
	// Field is the name of the part: that of the member of the schema.
	Field string
	// Name is the name of the file as the sender gave it, without folders. It is not to be trusted as a path. "" where there is none.
	Name string
	// ContentType is the media type of the part with its parameters; "" stands for application/octet-stream.
	ContentType string
	// Header holds the other header fields of the part; nil where there is none.
	Header textproto.MIMEHeader
	Reader io.Reader
}

// Read gives the next bytes of the file.
func (f *FilePart) Read(p []byte) (int, error) {
	if f.Reader == nil {
		return 0, io.EOF
	}
	return f.Reader.Read(p)
}

// FormPart is a step through a multipart body: a file, and the fields that came before it.
type FormPart[T any] struct {
	Fields T
	File   *FilePart // nil behind the last
}
