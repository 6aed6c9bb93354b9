package value

import "io"

// Upload is a body of bytes that is read as it comes, with its media type, as "image/png". An empty ContentType stands for
// application/octet-stream.
type Upload struct {
	ContentType string
	io.Reader
}
