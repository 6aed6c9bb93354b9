package jsonwire

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

func TestFile(t *testing.T) {
	t.Parallel()
	attached := []value.File{{Name: "a"}, {Name: "b", Data: []byte("xyz")}}
	rule := &validate.StringRule{MinLength: 1, MaxLength: 2}
	for text, want := range map[string]value.File{
		`"#1"`: attached[1], `"#2"`: {Data: []byte("#2")}, `"#x"`: {Data: []byte("#x")}, `"ä"`: {Data: []byte("ä")},
		`"data:a/b;base64,eA=="`: {ContentType: "a/b", Data: []byte("x")}, `"data:a/b;base64,?"`: {}, `5`: {},
	} {
		var d Decoder
		d.Reset([]byte(text))
		d.Attach(attached)
		assert.Equal(t, want, d.File(nil), text)
		assert.Equal(t, text == `5` || text == `"data:a/b;base64,?"`, d.Failed(), text)
	}
	for text, keyword := range map[string]string{`"#0"`: "minLength", `"#1"`: "maxLength", `"ä"`: ""} {
		var d Decoder
		d.Reset([]byte(text))
		d.Attach(attached)
		d.File(rule)
		got := ""
		if v := d.Violations(); len(v) > 0 {
			got = v[0].Keyword
		}
		assert.Equal(t, keyword, got, text)
	}
	var d Decoder
	d.Attach(attached)
	d.Reset([]byte(`"#1"`))
	assert.Equal(t, value.File{Data: []byte("#1")}, d.File(nil), "nothing is attached to another text")
}
