package shape

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Document is a value as JSON.
type Document struct {
	JSON   []byte       // may be the text that was read itself
	Files  []value.File // that the JSON refers to: see jsonwire.Decoder.Attach
	Faults []FaultAt    // what is wrong beside the values

	// Plus says that a space in a time was a plus sign: the text comes from a query or a form.
	Plus bool
	// Embedded says that one text that is a JSON array stands for the array even where it may be an item.
	Embedded bool

	// GiveWay, if not nil, is called each 64 values that are written, which take 10 to 30 µs.
	GiveWay func()
	values  int
	long    bool // the memory of JSON is that of slab
}

// Free empties d, and takes the memory of JSON back where it is long: nobody may use it any more.
func (d *Document) Free() {
	if d.long {
		slab.Put(d.JSON)
	}
	*d = Document{}
}

// Fault is what JSON cannot show: a keyword, "" if nothing is wrong, and the words.
type Fault struct{ Keyword, Message string }

// FaultAt is a fault of the value at an offset of the JSON.
type FaultAt struct {
	Offset int
	Fault
}

const messageTwice = "must not be given more than once"

// Read gives dec the document to read, with its files and faults.
func (d *Document) Read(dec *jsonwire.Decoder) *jsonwire.Decoder {
	dec.Reset(d.JSON)
	dec.Attach(d.Files)
	for _, f := range d.Faults {
		dec.Violate(f.Offset, f.Keyword, f.Message)
	}
	return dec
}

// Node appends a value. What its shape does not allow is written as what it looks like: the decoder refuses it.
func (d *Document) Node(n *Node, f *Field) {
	const stretch = 64
	if d.values++; d.values%stretch == 0 && d.GiveWay != nil {
		d.GiveWay()
	}
	d.fault(n.Fault)
	free := f.Has(KindAny | KindNever)
	switch {
	case n.List, n.numbered() && (f.Array != nil || free && f.Object == nil):
		d.items(n, f)
	case len(n.kids) > 0:
		if len(n.Texts) > 0 {
			d.fault(Fault{"type", messageTwice})
		}
		d.members(n, f)
	case len(n.Texts) > 1 && (f.Array != nil || free), len(n.Texts) == 1 && f.Array != nil && !d.whole(n.Texts[0], f):
		d.items(n, f)
	case len(n.Texts) > 1:
		d.fault(Fault{"type", messageTwice})
		d.Text(n.Texts[0], f)
	case len(n.Texts) == 1:
		d.Text(n.Texts[0], f)
	default:
		d.members(n, f)
	}
}

// fault notes what is wrong with the value that comes next.
func (d *Document) fault(f Fault) {
	if f.Keyword != "" {
		d.Faults = append(d.Faults, FaultAt{len(d.JSON), f})
	}
}

// whole reports whether a text is all of a value that may be an array, not an item of it.
func (d *Document) whole(t Text, f *Field) bool {
	switch t.What {
	case NullText:
		return true
	case FileText:
		return f.Has(KindFile | KindAny)
	case JSONText:
		first := bytes.TrimSpace(t.Data)[0]
		return first == '[' || first == '{' && f.Object != nil
	}
	if f.Style == StyleJSON && IsJSON(t.Data) || f.Takes(t.Data) {
		return true
	}
	array := len(t.Data) > 0 && t.Data[0] == '[' && (d.Embedded || !f.Item(0).Takes(t.Data))
	object := len(t.Data) > 0 && t.Data[0] == '{' && f.Object != nil
	return (array || object) && IsJSON(t.Data)
}

func (d *Document) items(n *Node, f *Field) {
	d.JSON = append(d.JSON, '[')
	for i, item := range n.items {
		d.comma(i)
		d.Node(item, f.Item(i))
	}
	d.JSON = append(d.JSON, ']')
}

func (d *Document) members(n *Node, f *Field) {
	d.JSON = append(d.JSON, '{')
	for i, kid := range n.kids {
		d.comma(i)
		d.JSON = append(jsonwire.AppendString(d.JSON, kid.name), ':')
		d.Node(kid, f.Member(kid.name))
	}
	d.JSON = append(d.JSON, '}')
}

func (d *Document) comma(i int) {
	if i > 0 {
		d.JSON = append(d.JSON, ',')
	}
}

// Text appends what one text stands for.
func (d *Document) Text(t Text, f *Field) {
	d.fault(t.Fault)
	switch {
	case t.What == NullText:
		d.JSON = jsonwire.AppendNull(d.JSON)
	case f.Has(KindFile):
		d.file(t)
	case t.What == JSONText:
		d.JSON = append(d.JSON, t.Data...)
	case t.What == FileText && f.Has(KindAny):
		d.JSON = jsonwire.AppendFile(d.JSON, *t.File)
	case f.Style == StyleJSON && IsJSON(t.Data), (f.Array != nil || f.Object != nil) && !f.Takes(t.Data) && IsJSON(t.Data):
		d.JSON = append(d.JSON, t.Data...)
	default:
		d.scalar(t.Data, f)
	}
}

// file appends the reference to a file that is attached.
func (d *Document) file(t Text) {
	f := t.File
	if f == nil {
		f = &value.File{Data: t.Data}
	}
	d.JSON = append(append(d.JSON, '"'), jsonwire.FileMark...)
	d.JSON = append(strconv.AppendInt(d.JSON, int64(len(d.Files)), 10), '"')
	d.Files = append(d.Files, *f)
}

// scalar appends a text as the scalar that it is.
func (d *Document) scalar(text []byte, f *Field) {
	switch f.kindOf(text) {
	case KindNumber:
		d.JSON = append(d.JSON, JSONNumber(text)...)
	case KindBoolean:
		d.JSON = append(d.JSON, text...)
	case KindNull:
		d.JSON = jsonwire.AppendNull(d.JSON)
	default:
		if d.Plus && f.Has(KindTime) {
			text = []byte(PlusSign(string(text)))
		}
		d.str(text)
	}
}

// str appends a text as a string, and gives way within one that is long.
func (d *Document) str(text []byte) {
	const stretch = 16 << 10 // 20 to 100 µs
	if d.GiveWay == nil || len(text) <= stretch {
		d.JSON = jsonwire.AppendString(d.JSON, string(text))
		return
	}
	d.JSON = append(d.JSON, `""`...)
	for len(text) > 0 {
		if most := 6*stretch + len(`""`); cap(d.JSON)-len(d.JSON) < most { // each byte may become an escape of six
			d.JSON = slab.Grow(d.JSON, most, d.GiveWay)
			d.long = true
		}
		end := min(stretch, len(text))
		for end < len(text) && end > stretch-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		last := len(d.JSON) - len(`"`)
		before := d.JSON[last-1]
		d.JSON = jsonwire.AppendString(d.JSON[:last-1], string(text[:end]))
		d.JSON[last-1] = before // where the piece has its first quote
		text = text[end:]
		d.GiveWay()
	}
}

// IsJSON reports whether text is one JSON value.
func IsJSON(text []byte) bool {
	var d jsonwire.Decoder
	d.Reset(text)
	d.Skip()
	d.End()
	return !d.Failed()
}
