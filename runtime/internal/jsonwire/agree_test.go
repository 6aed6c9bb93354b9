package jsonwire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// TestFormatsAndTypesAgree holds the formats that are checked on strings against the types that are parsed from them: two ways to
// write the same grammar.
func TestFormatsAndTypesAgree(t *testing.T) {
	type parser func(s string) error
	parsers := map[validate.Format]parser{
		validate.FormatDate:     func(s string) error { _, err := value.ParseDate(s); return err },
		validate.FormatTime:     func(s string) error { _, err := value.ParseTimeOfDay(s); return err },
		validate.FormatDateTime: func(s string) error { _, err := value.ParseTime(s); return err },
		validate.FormatDuration: func(s string) error { _, err := value.ParseDuration(s); return err },
		validate.FormatUUID:     func(s string) error { _, err := value.ParseUUID(s); return err },
		validate.FormatIPv4:     func(s string) error { _, err := value.ParseAddr(s, 4); return err },
		validate.FormatIPv6:     func(s string) error { _, err := value.ParseAddr(s, 6); return err },
	}
	shapes := map[validate.Format]string{
		validate.FormatDate:     `(0000|1900|20[0-9]{2})-(0[0-9]|1[0-3])-(0[0-9]|[12][0-9]|3[0-2])`,
		validate.FormatTime:     `([01][0-9]|2[0-4]):([0-5][0-9]|60):([0-5][0-9]|6[01])(\.[0-9]{0,12})?([Zz]|[+-](2[0-4]|0[0-9]):[0-6][0-9])?`,
		validate.FormatDateTime: `2024-0[12]-(29|30)[Tt ]23:59:(59|60)(\.[0-9]{0,3})?(Z|z|[+-]0[01]:00)`,
		validate.FormatDuration: `-?P([0-9]{0,2}Y)?([0-9]M)?([0-9]W)?([0-9]D)?(T([0-9]{0,2}H)?([0-9]M)?([0-9](\.5)?S)?)?`,
		validate.FormatUUID:     `[0-9a-gA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{11,12}`,
		validate.FormatIPv4:     `[0-2]?[0-9]{1,2}(\.[0-2]?[0-9]{1,2}){3}`,
		validate.FormatIPv6:     `([0-9a-f]{0,4}:){2,8}([0-9a-f]{0,4}|1\.2\.3\.4)(%e)?`,
	}
	rapid.Check(t, func(t *rapid.T) {
		for format, parse := range parsers {
			s := rapid.StringMatching(shapes[format]).Draw(t, "s")
			assert.Equal(t, format.Check(s), parse(s) == nil, "%q: %s", s, format.Message())
		}
	})
}
