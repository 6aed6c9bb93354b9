package param

import "github.com/tornadogen/tornadogen/runtime/internal/shape"

// headerPlace is where a header field of a part stands: in style simple, exploded by the mark flat.
func headerPlace(f *shape.Field) Place {
	p := Place{Name: f.Name, In: InHeader, Style: Simple}
	if f.Style == shape.StyleFlat {
		p.Style = SimpleExplode
	}
	return p
}

// ReadHeader enters what a header field of a part says, whose lines were joined by commas, into n.
func ReadHeader(n *shape.Node, f *shape.Field, text []byte) error {
	if f.Style == shape.StyleJSON {
		t := shape.Text{Data: text}
		if shape.IsJSON(text) {
			t.What = shape.JSONText
		}
		n.Add(t)
		return nil
	}
	p := headerPlace(f)
	r := formReader{place: p}
	r.packed(n, f, p, text)
	return r.err
}

// AppendHeader appends a JSON value as the text of a header field of a part. It fails with ErrNotExpressible.
func AppendHeader(b []byte, f *shape.Field, json []byte) ([]byte, error) {
	w := shapeWriter{place: headerPlace(f), b: b, start: len(b)}
	if f.Style == shape.StyleJSON {
		w.express(string(json), Single)
		return append(w.b, json...), w.err
	}
	w.parameter(f, json)
	return w.b, w.err
}
