package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// What follows serves Opt, Null and OptNull alike. Their methods are compiled again for every T in every package that has one, of
// which they are a large part: so they are few, and what is not about T stands here.

// presence says what an Opt, a Null or an OptNull holds. Its zero value is that of them.
type presence uint8

const (
	absent presence = iota
	null
	present
)

const nullText = "null"

// textOf returns v as fmt prints it, or what stands for it where there is none: zero for a zero value.
func textOf(v any, state presence, zero string) string {
	switch state {
	case present:
		return fmt.Sprint(v)
	case null:
		return nullText
	case absent:
	}
	return zero
}

// marshal gives the JSON of v, and null where there is none.
func marshal(v any, state presence) ([]byte, error) {
	if state != present {
		return []byte(nullText), nil
	}
	return json.Marshal(v)
}

// unmarshal replaces *into by what data says, for null by its zero value and the state lack; *into and *state keep what they had on
// an error.
func unmarshal(data []byte, into any, state *presence, lack presence) error {
	held := reflect.ValueOf(into).Elem()
	if isNull(data) {
		held.SetZero()
		*state = lack
		return nil
	}
	v := reflect.New(held.Type())
	if err := json.Unmarshal(data, v.Interface()); err != nil {
		return err
	}
	held.Set(v.Elem())
	*state = present
	return nil
}

// unmarshalOpt is unmarshal for an Opt, in which null is absent, but for a JSON, for which it is a value like any other.
func unmarshalOpt(data []byte, into any, state *presence) error {
	if _, ok := into.(*JSON); ok {
		if err := json.Unmarshal(data, into); err != nil {
			return err
		}
		*state = present
		return nil
	}
	return unmarshal(data, into, state, absent)
}

func isNull(data []byte) bool { return string(bytes.TrimSpace(data)) == nullText }
