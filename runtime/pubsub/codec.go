package pubsub

import (
	"encoding/json"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// encode returns v as JSON: by its own method where it is a generated type, else as encoding/json does.
func encode[T any](v *T) ([]byte, error) {
	if own, ok := any(v).(interface{ AppendJSON(b []byte) []byte }); ok {
		return own.AppendJSON(nil), nil
	}
	return json.Marshal(v)
}

// decode reads what encode has written, and checks it where T is a generated type.
func decode[T any](data []byte) (v T, err error) {
	if own, ok := any(&v).(interface{ DecodeJSON(d *tornado.Decoder) }); ok {
		return v, tornado.UnmarshalJSON(data, own)
	}
	return v, json.Unmarshal(data, &v)
}
