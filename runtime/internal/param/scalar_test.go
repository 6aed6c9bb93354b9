package param

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseInt64(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "12": 12, "-12": -12, "007": 7, "9223372036854775807": math.MaxInt64,
		"-9223372036854775808": math.MinInt64, "0000000000000000000000001": 1,
	} {
		got, err := ParseInt64([]byte(text))
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]error{
		"": ErrType, "-": ErrType, "+1": ErrType, "1e2": ErrType, "1.0": ErrType, " 1": ErrType, "1 ": ErrType, "0x1": ErrType,
		"1_0": ErrType, "--1": ErrType, "١": ErrType, "1-": ErrType,
		"9223372036854775808": ErrRange, "-9223372036854775809": ErrRange, "99999999999999999999999": ErrRange,
		"99999999999999999999999x": ErrType,
	} {
		_, err := ParseInt64([]byte(text))
		assert.ErrorIs(t, err, want, text)
	}
}

func TestParseUint64(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint64{"0": 0, "-0": 0, "18446744073709551615": math.MaxUint64} {
		got, err := ParseUint64([]byte(text))
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]error{
		"-1": ErrRange, "18446744073709551616": ErrRange, "184467440737095516150": ErrRange, "": ErrType, "-": ErrType,
		"1.5": ErrType, "-x": ErrType,
	} {
		_, err := ParseUint64([]byte(text))
		assert.ErrorIs(t, err, want, text)
	}
}

func TestParseFloat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"0": 0, "1": 1, "-1.5": -1.5, "1e2": 100, "1E+2": 100, "1.5e-1": 0.15, "007.5": 7.5, "1e-999": 0,
	} {
		got, err := ParseFloat([]byte(text), 64)
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]error{
		"": ErrType, "-": ErrType, "+1": ErrType, ".5": ErrType, "5.": ErrType, "1e": ErrType, "1e+": ErrType, "NaN": ErrType,
		"Inf": ErrType, "-Infinity": ErrType, "0x1p2": ErrType, "1_0": ErrType, "1,5": ErrType, "1.5.5": ErrType, "1e2.5": ErrType,
		"1e999": ErrRange, "-1e999": ErrRange,
	} {
		_, err := ParseFloat([]byte(text), 64)
		assert.ErrorIs(t, err, want, text)
	}
	_, err := ParseFloat([]byte("1e39"), 32)
	assert.ErrorIs(t, err, ErrRange)
}

func TestParseBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"true": true, "false": false} {
		got, err := ParseBool([]byte(text))
		assert.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, text := range []string{"", "True", "1", "0", "yes", "true "} {
		_, err := ParseBool([]byte(text))
		assert.ErrorIs(t, err, ErrType, text)
	}
}
