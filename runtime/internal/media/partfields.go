package media

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/multipart"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// Header fields of a part that say what it is. The others are the user's.
const (
	dispositionField = "Content-Disposition"
	typeField        = "Content-Type"
	codingField      = "Content-Transfer-Encoding"
	lengthField      = "Content-Length"
)

// placement is the place of a part: the parameters of its Content-Disposition field (RFC 2183), those in RFC 8187's form under their plain names.
type placement struct{ multipart.Disposition }

func (d *placement) read(part *multipart.Reader) {
	field := part.Field(dispositionField)
	if d.Read(field) {
		return
	}
	d.Name = param.ContentTypeParameter(field, "name") // some leave out the quotes
	d.FileName = param.ContentTypeParameter(field, "filename")
	d.HasName, d.HasFileName = d.Name != "", d.FileName != ""
}

// typeFault says what is wrong with the media type of a part: it is none of those of its place.
func typeFault(contentType []byte, mediaType string, at *shape.Field) shape.Fault {
	if at.Types == "" || len(contentType) == 0 || param.MatchesAny(mediaType, splitTypes(at.Types)) {
		return shape.Fault{}
	}
	return shape.Fault{Keyword: "contentType", Message: "must be of type " + at.Types}
}

// splitTypes splits the media types of an encoding.
func splitTypes(list string) []string {
	types := strings.Split(list, ",")
	for i := range types {
		types[i] = strings.TrimSpace(types[i])
	}
	return types
}

// typeText is a Content-Type field as a text, which costs nothing for the types that are frequent.
func typeText(contentType []byte, mediaType string) string {
	if mediaType == string(contentType) {
		return mediaType
	}
	return string(contentType)
}

// baseName takes the folders off a file name (RFC 7578 section 4.2), those of other systems too.
func baseName(name string) string {
	name = name[max(strings.LastIndexByte(name, '/'), strings.LastIndexByte(name, '\\'))+1:]
	if !utf8.ValidString(name) || name == "." || name == ".." {
		return ""
	}
	return name
}

// otherFields are the fields of a part that say nothing of its place, encoding or type; nil for none.
func otherFields(part *multipart.Reader) (others textproto.MIMEHeader) {
	for _, f := range part.Fields() {
		if f.Is(dispositionField) || f.Is(typeField) || f.Is(codingField) || f.Is(lengthField) {
			continue
		}
		if others == nil {
			others = make(textproto.MIMEHeader)
		}
		others.Add(string(f.Name), string(f.Value))
	}
	return others
}

// coding is how the content of a part is encoded for its way (RFC 2045 section 6). Contents in another one are left as they are.
type coding uint8

const (
	notCoded coding = iota
	quotedPrintable
	inBase64
)

func transferCoding(part *multipart.Reader) coding {
	switch field := part.Field(codingField); {
	case len(field) == 0:
	case strings.EqualFold(string(field), "quoted-printable"):
		return quotedPrintable
	case strings.EqualFold(string(field), "base64"):
		return inBase64
	}
	return notCoded
}

// reader decodes a content that comes.
func (c coding) reader(content io.Reader) io.Reader {
	switch c {
	case quotedPrintable:
		return quotedprintable.NewReader(content)
	case inBase64:
		return base64.NewDecoder(base64.StdEncoding, content)
	}
	return content
}

// decode decodes a content that is there, and gives way if others is not nil.
func (c coding) decode(data []byte, others func()) ([]byte, error) {
	if c == notCoded {
		return data, nil
	}
	return io.ReadAll(c.reader(&politeReader{data, others}))
}

// politeReader reads what is held, and gives way.
type politeReader struct {
	data   []byte
	others func()
}

// Read implements io.Reader.
func (r *politeReader) Read(p []byte) (n int, err error) {
	const stretch = 4 << 10 // 10 to 40 µs
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	giveWay(r.others)
	n = copy(p[:min(len(p), stretch)], r.data)
	r.data = r.data[n:]
	return n, nil
}
