package param

import (
	"errors"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// What As may fail with beside ErrNotExpressible.
var (
	// ErrOtherValue says that the text of a value would be read as another value, as that of the string "5" where a number may
	// stand too.
	ErrOtherValue = errors.New("the value cannot be sent here, as its text stands for another one")
	// ErrNothing says that a list or an object has nothing in it, in a place where nothing is written then.
	ErrNothing = errors.New("an empty list or object cannot be sent here")
)

// As writes a JSON text by the shape that [Value.As] reads it with. It fails for a value that would be read as another one.
func (w Writer) As(shapes *shape.Shapes, name string, json []byte) {
	b := w.target.BeginParam(w.place)
	start := len(b)
	sw := shapeWriter{place: w.place, b: b, start: start}
	sw.parameter(shapes.Get(name), json)
	switch kind, entries, _ := open(json); {
	case sw.err != nil:
	case len(sw.b) > start || kind == scalarValue || len(entries) > 0:
		sw.err = readBack(w.place, shapes, name, sw.b[start:], json)
	case w.required:
		sw.err = ErrNothing
	}
	if sw.err != nil {
		w.target.FailParam(w.place, sw.err)
	}
	w.target.EndParam(w.place, sw.b)
}

// AppendForm appends a JSON object as application/x-www-form-urlencoded. Null is an empty value; an empty list or object, of
// which a form says nothing, is left out. It fails with ErrNotExpressible.
func AppendForm(b []byte, f *shape.Field, json []byte) ([]byte, error) {
	w := shapeWriter{place: Place{In: InQuery, Style: FormExplode}, b: b, start: len(b), lenient: true}
	if kind, entries, _ := open(json); kind == objectValue {
		w.pairs("", f, entries)
	} else {
		w.fail(ErrNotExpressible)
	}
	return w.b, w.err
}

// readBack fails unless the text is read as the value that it was written for.
func readBack(p Place, shapes *shape.Shapes, name string, text, json []byte) error {
	var r Report
	var v Value
	switch p.In {
	case InQuery:
		var q Query
		if err := q.Parse(text, 0); err != nil {
			return err
		}
		v = r.Lookup(p, &q.Pairs)
	case InCookie:
		var c Cookies
		if err := c.Add(text, 0); err != nil {
			return err
		}
		v = r.Lookup(p, &c.Pairs)
	default:
		v = r.Value(p, text, true)
	}
	got, _ := v.As(shapes, name).Bytes()
	have, ok := jsonwire.Canonical(got)
	want, _ := jsonwire.Canonical(json)
	if !ok || r.Failed() || have != want {
		return ErrOtherValue
	}
	return nil
}

// shapeWriter appends the text of a value.
type shapeWriter struct {
	place Place
	b     []byte
	start int // where the text of the parameter begins
	err   error

	lenient bool // what would be read as another value, or not at all, is written as well as it goes
}

func (w *shapeWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// valueKind is what a JSON text is.
type valueKind uint8

const (
	scalarValue valueKind = iota
	arrayValue
	objectValue
)

// entry is an item, or a member with its name.
type entry struct {
	name string
	json []byte
}

// open returns what a JSON text is, and its items or members, or its text as a scalar.
func open(json []byte) (kind valueKind, entries []entry, text string) {
	var d jsonwire.Decoder
	d.Reset(json)
	switch d.Kind() {
	case jsonwire.KindArray:
		for more := d.Array(); more; more = d.NextItem() {
			entries = append(entries, entry{json: d.JSON()})
		}
		return arrayValue, entries, ""
	case jsonwire.KindObject:
		for more := d.Map(); more; more = d.NextEntry() {
			entries = append(entries, entry{d.Key(), d.JSON()})
		}
		return objectValue, entries, ""
	case jsonwire.KindString:
		return scalarValue, nil, d.String(nil)
	default:
		return scalarValue, nil, string(d.JSON())
	}
}

// plain returns the text of an item or a member that has to be one: a scalar, or JSON.
func plain(json []byte) string {
	if kind, _, text := open(json); kind == scalarValue {
		return text
	}
	return string(json)
}

// parameter writes all of a parameter.
func (w *shapeWriter) parameter(f *shape.Field, json []byte) {
	kind, entries, text := open(json)
	spread := w.place.Style.spread() && w.place.In == InQuery
	deep := w.place.Style.base() == DeepObject
	switch {
	case kind == scalarValue:
		w.express(text, Single)
		w.b = AppendText(w.b, w.place, text)
	case len(entries) == 0:
		w.b = AppendNoItems(w.b, w.place)
	case kind == arrayValue && spread:
		w.items(string(appendName(nil, w.place)), deep, f, entries)
	case kind == objectValue && spread && deep:
		w.pairs(string(appendName(nil, w.place)), f, entries)
	case kind == objectValue && spread:
		w.pairs("", f, entries)
	case kind == arrayValue:
		for i, e := range entries {
			item := plain(e.json)
			w.express(item, Item)
			w.b = AppendItem(w.b, w.place, i, item)
		}
	default:
		for i, e := range entries {
			value := plain(e.json)
			w.express(e.name, MemberName)
			w.express(value, Item)
			w.b = AppendMember(w.b, w.place, i, e.name, value)
		}
	}
}

// pairs writes the members of an object that stands under a key, "" for one whose members stand for themselves.
func (w *shapeWriter) pairs(key string, f *shape.Field, entries []entry) {
	for _, e := range entries {
		own := string(appendEscaped(nil, e.name, unreserved, 0, 0))
		if key != "" {
			own = key + "%5B" + own + "%5D"
		}
		w.pair(own, key != "", f.Member(e.name), e.json)
	}
}

func (w *shapeWriter) express(text string, role Role) {
	if !w.place.Expressible(text, role) {
		w.fail(ErrNotExpressible)
	}
}

// pair writes what stands under a key of a query, which is escaped. inside tells that brackets are the form of the style.
func (w *shapeWriter) pair(key string, inside bool, f *shape.Field, json []byte) {
	kind, entries, text := open(json)
	switch {
	case kind == scalarValue, f.Style == shape.StyleJSON:
		switch {
		case f.Style == shape.StyleJSON:
			text = string(json)
		case w.lenient && json[0] == 'n':
			text = ""
		}
		w.key(key)
		w.b = appendValue(w.b, w.member(f, FormExplode), text)
	case len(entries) == 0:
		if !w.lenient {
			w.fail(ErrNothing)
		}
	case f.Style == shape.StyleFlat && kind == objectValue:
		w.pairs("", f, entries)
	case packings[f.Style] != 0:
		w.joined(key, w.member(f, packings[f.Style]), kind, entries)
	case kind == arrayValue:
		w.items(key, inside, f, entries)
	default:
		w.pairs(key, f, entries)
	}
}

// member is the place of a member, in a style of its own.
func (w *shapeWriter) member(f *shape.Field, style Style) Place {
	style |= w.place.Style & AllowReserved
	if f.Reserved {
		style |= AllowReserved
	}
	return Place{In: InQuery, Style: style}
}

// items writes the items of an array: with the key alone, with empty brackets where brackets are the form of the style, and with
// their positions where an item has parts.
func (w *shapeWriter) items(key string, inside bool, f *shape.Field, entries []entry) {
	deep := false
	for _, e := range entries {
		deep = deep || e.json[0] == '{' || e.json[0] == '['
	}
	for i, e := range entries {
		own := key
		switch {
		case deep:
			own += "%5B" + strconv.Itoa(i) + "%5D"
		case inside:
			own += "%5B%5D"
		}
		w.pair(own, true, f.Item(i), e.json)
	}
}

// joined writes items or members as one text.
func (w *shapeWriter) joined(key string, p Place, kind valueKind, entries []entry) {
	w.key(key)
	w.packed(p, kind, entries)
}

// packed writes items or members one behind the other.
func (w *shapeWriter) packed(p Place, kind valueKind, entries []entry) {
	n := 0
	put := func(text string) {
		if !p.Expressible(text, Item) {
			w.fail(ErrNotExpressible)
		}
		w.b = appendSeparator(w.b, p, n)
		w.b = appendValue(w.b, p, text)
		n++
	}
	for _, e := range entries {
		if kind == objectValue {
			put(e.name)
		}
		put(plain(e.json))
	}
}

// key writes a key, and before it what separates it from the pair before.
func (w *shapeWriter) key(key string) {
	if len(w.b) > w.start {
		w.b = append(w.b, '&')
	}
	w.b = append(append(w.b, key...), '=')
}
