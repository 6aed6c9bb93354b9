// Package codecs reads and writes some well-known JSON with the runtime's codec and with others. The types of the runtime's codec
// are generated, and it checks every limit of the document while it reads; the others check nothing but the syntax.
package codecs

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bytedance/sonic"
	"github.com/go-faster/jx"
	gojson "github.com/goccy/go-json"
	"github.com/mailru/easyjson"
	"github.com/mailru/easyjson/jwriter"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/bench/codecs/corpora"
	"github.com/tornadogen/tornadogen/runtime/bench/corpusapi"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
	"github.com/tornadogen/tornadogen/runtime/bench/petapi"
)

// Names are the codecs, in the order of a report.
var Names = []string{"jsonwire", "jx", "easyjson", "sonic", "goccy", "encodingjson"}

// Corpus is a text and the codecs that read and write it, by their names.
type Corpus struct {
	Name   string
	Text   []byte
	Codecs map[string]Codec
}

// Codec reads a text into a new value, or writes a value that it has read, into memory that it uses again where it can. One
// goroutine uses it at a time.
type Codec struct {
	Decode func(text []byte) (value any, err error)
	Encode func(value any) ([]byte, error)
}

// Folder gives where the corpora are that no document of the bench has: among the tests of a module that the bench requires.
func Folder() (string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/go-faster/jx")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("the folder of go-faster/jx: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "testdata"), nil
}

// Corpora gives the texts that are measured: a pet and an order, which are bodies of an API, and the usual three files, from folder.
func Corpora(folder string) ([]Corpus, error) {
	body := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err) // a sample has nothing that cannot be encoded
		}
		return text
	}
	all := []Corpus{
		{Name: "pet", Text: body(pet.Sample(7)), Codecs: codecs[petapi.Pet, corpora.Pet]()},
		{Name: "order", Text: body(order.Sample(1 << 10)), Codecs: codecs[petapi.Order, corpora.Order]()},
		{Name: "twitter", Codecs: codecs[corpusapi.Twitter, corpora.Twitter]()},
		{Name: "canada", Codecs: codecs[corpusapi.Canada, corpora.Canada]()},
		{Name: "citm_catalog", Codecs: codecs[corpusapi.Catalog, corpora.Catalog]()},
	}
	for i := range all {
		if all[i].Text != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, all[i].Name+".json"))
		if err != nil {
			return nil, err
		}
		all[i].Text = text
	}
	return all, nil
}

// generated is what the runtime's codec reads and writes: a pointer to T.
type generated[T any] interface {
	*T
	DecodeJSON(d *tornado.Decoder)
	AppendJSON(b []byte) []byte
}

// plain is what the others read and write.
type plain[T any] interface {
	*T
	easyjson.MarshalerUnmarshaler
	DecodeJX(d *jx.Decoder) error
	EncodeJX(e *jx.Encoder)
}

func codecs[O, P any, PO generated[O], PP plain[P]]() map[string]Codec {
	return map[string]Codec{
		"jsonwire":     ours[O, PO](),
		"jx":           ofJX[P, PP](),
		"easyjson":     ofEasyJSON[P, PP](),
		"sonic":        reflective[P](sonic.Unmarshal, sonic.Marshal),
		"goccy":        reflective[P](gojson.Unmarshal, gojson.Marshal),
		"encodingjson": reflective[P](json.Unmarshal, json.Marshal),
	}
}

func ours[O any, PO generated[O]]() Codec {
	var d tornado.Decoder
	var b []byte
	return Codec{
		Decode: func(text []byte) (any, error) {
			v := new(O)
			d.Reset(text)
			PO(v).DecodeJSON(&d)
			d.End()
			if d.Failed() {
				if err := d.SyntaxError(); err != nil {
					return nil, err
				}
				return nil, fmt.Errorf("violations: %v", d.Violations())
			}
			return v, nil
		},
		Encode: func(v any) ([]byte, error) {
			b = PO(v.(*O)).AppendJSON(b[:0])
			return b, nil
		},
	}
}

func ofJX[P any, PP plain[P]]() Codec {
	var d jx.Decoder
	var e jx.Encoder
	return Codec{
		Decode: func(text []byte) (any, error) {
			v := new(P)
			d.ResetBytes(text)
			return v, PP(v).DecodeJX(&d)
		},
		Encode: func(v any) ([]byte, error) {
			e.Reset()
			PP(v.(*P)).EncodeJX(&e)
			return e.Bytes(), nil
		},
	}
}

func ofEasyJSON[P any, PP plain[P]]() Codec {
	var b []byte
	return Codec{
		Decode: func(text []byte) (any, error) {
			v := new(P)
			return v, easyjson.Unmarshal(text, PP(v))
		},
		Encode: func(v any) ([]byte, error) {
			w := jwriter.Writer{}
			PP(v.(*P)).MarshalEasyJSON(&w)
			var err error
			b, err = w.BuildBytes(b[:0])
			return b, err
		},
	}
}

func reflective[P any](unmarshal func([]byte, any) error, marshal func(any) ([]byte, error)) Codec {
	return Codec{
		Decode: func(text []byte) (any, error) {
			v := new(P)
			return v, unmarshal(text, v)
		},
		Encode: marshal,
	}
}
