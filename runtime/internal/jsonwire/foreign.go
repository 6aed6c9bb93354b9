package jsonwire

import (
	"encoding/json"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// messageForeign is said of a value that its Go type refuses; why is the type's own affair, and may name what nobody outside is to know.
const messageForeign = "is no valid value"

// Foreign consumes a value into v, a pointer to a type that nothing is known of, as encoding/json does: by its UnmarshalJSON or
// UnmarshalText, where it has one. An error of it is a violation of the format.
func (d *Decoder) Foreign(v any) {
	start := d.pos
	d.Skip()
	if d.failed {
		return
	}
	if err := json.Unmarshal(d.data[start:d.pos], v); err != nil {
		d.Violate(start, validate.KeywordFormat, messageForeign)
	}
}
