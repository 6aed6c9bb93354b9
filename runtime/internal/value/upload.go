package value

import "io"

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
