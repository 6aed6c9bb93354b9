package value

// Blob is a body of bytes with its media type, as "image/png". An empty ContentType stands for application/octet-stream.
type Blob struct {
	ContentType string
	Data        []byte
}
