package value

import (
	"encoding/json"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileText(t *testing.T) {
	t.Parallel()
	for text, f := range map[string]File{
		"data:image/png;name=a+b%3B%C3%A4.png;base64,AP8=":              {Name: "a b;ä.png", ContentType: "image/png", Data: []byte("\x00\xff")},
		"data:text/plain%3B%20charset=utf-8;base64,":                    {ContentType: "text/plain; charset=utf-8", Data: []byte{}},
		"data:a/b;header-X-A=1;header-X-A=%3B2;header-X-B=;base64,eA==": {ContentType: "a/b", Header: textproto.MIMEHeader{"X-A": {"1", ";2"}, "X-B": {""}}, Data: []byte("x")},
	} {
		got, err := f.AppendText(nil)
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
		back, err := ParseFile(text)
		require.NoError(t, err)
		assert.Equal(t, f, back)
		inJSON, err := json.Marshal(f)
		require.NoError(t, err)
		var again File
		require.NoError(t, json.Unmarshal(inJSON, &again))
		assert.Equal(t, f, again)
	}
	for _, text := range []string{"", "plain", "data:x", "data:,x", "#0"} {
		got, err := ParseFile(text)
		require.NoError(t, err)
		assert.Equal(t, File{Data: []byte(text)}, got, text)
	}
	for _, text := range []string{"data:a/b;base64,?", "data:%zz;base64,", "data:a/b;name=%zz;base64,"} {
		_, err := ParseFile(text)
		require.Error(t, err, text)
	}
}
