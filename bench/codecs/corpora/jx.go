package corpora

import "github.com/go-faster/jx"

// The codecs of jx, as one writes them by hand: the helpers below, and for each struct a switch over its members. Members that are not
// known are skipped.

func decodeList[T any](d *jx.Decoder, item func(*jx.Decoder, *T) error) ([]T, error) {
	list := []T{}
	err := d.Arr(func(d *jx.Decoder) error {
		var v T
		if err := item(d, &v); err != nil {
			return err
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

func decodeMap[T any](d *jx.Decoder, item func(*jx.Decoder, *T) error) (map[string]T, error) {
	m := map[string]T{}
	err := d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		name := string(key)
		var v T
		if err := item(d, &v); err != nil {
			return err
		}
		m[name] = v
		return nil
	})
	return m, err
}

// decodeNull reads a value that may be null.
func decodeNull[T any](d *jx.Decoder, item func(*jx.Decoder, *T) error) (*T, error) {
	if d.Next() == jx.Null {
		return nil, d.Null()
	}
	v := new(T)
	return v, item(d, v)
}

func decodeInt(d *jx.Decoder, v *int64) (err error)     { *v, err = d.Int64(); return err }
func decodeFloat(d *jx.Decoder, v *float64) (err error) { *v, err = d.Float64(); return err }
func decodeString(d *jx.Decoder, v *string) (err error) { *v, err = d.Str(); return err }
func decodeBool(d *jx.Decoder, v *bool) (err error)     { *v, err = d.Bool(); return err }

func encodeList[T any](e *jx.Encoder, list []T, item func(*jx.Encoder, *T)) {
	e.ArrStart()
	for i := range list {
		item(e, &list[i])
	}
	e.ArrEnd()
}

func encodeMap[T any](e *jx.Encoder, m map[string]T, item func(*jx.Encoder, *T)) {
	e.ObjStart()
	for name, v := range m {
		e.FieldStart(name)
		item(e, &v)
	}
	e.ObjEnd()
}

func encodeNull[T any](e *jx.Encoder, v *T, item func(*jx.Encoder, *T)) {
	if v == nil {
		e.Null()
		return
	}
	item(e, v)
}

func encodeInt(e *jx.Encoder, v *int64)     { e.Int64(*v) }
func encodeFloat(e *jx.Encoder, v *float64) { e.Float64(*v) }
func encodeString(e *jx.Encoder, v *string) { e.Str(*v) }
func encodeBool(e *jx.Encoder, v *bool)     { e.Bool(*v) }
