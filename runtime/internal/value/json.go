package value

import (
	"encoding/json"
	"errors"
)

// JSON is one JSON value as text. What the runtime decodes is valid (RFC 8259); what a program puts in itself must be. The
// empty JSON stands for null.
type JSON []byte

// String returns the text; null for an empty JSON.
func (j JSON) String() string {
	if len(j) == 0 {
		return nullText
	}
	return string(j)
}

// IsNull reports whether the value is null.
func (j JSON) IsNull() bool { return len(j) == 0 || isNull(j) }

// Decode stores the value in what v points to, by the rules of encoding/json.
func (j JSON) Decode(v any) error { return json.Unmarshal([]byte(j.String()), v) }

// JSONOf returns the JSON of v by the rules of encoding/json.
func JSONOf(v any) (JSON, error) {
	data, err := json.Marshal(v)
	return JSON(data), err
}

// MarshalJSON gives the text itself.
func (j JSON) MarshalJSON() ([]byte, error) {
	if len(j) == 0 {
		return []byte(nullText), nil
	}
	return j, nil
}

// UnmarshalJSON copies data.
func (j *JSON) UnmarshalJSON(data []byte) error {
	if !json.Valid(data) {
		return errors.New("not valid JSON")
	}
	*j = append((*j)[:0:0], data...)
	return nil
}
