package jsonwire

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestShortestIsThatOfStrconv takes doubles of all exponents, those around powers of two and ten, and short decimals.
func TestShortestIsThatOfStrconv(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	check := func(v float64) {
		v = math.Abs(v)
		if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		n, k := shortest(v)
		got, err := strconv.ParseFloat(strconv.FormatUint(n, 10)+"e"+strconv.Itoa(k), 64)
		require.NoError(t, err)
		if got != v {
			t.Fatalf("%v: %de%d", v, n, k)
		}
		if want := strconv.FormatFloat(v, 'f', -1, 64); v >= 1e-6 && v < 1e21 && string(appendShortest(nil, v)) != want {
			t.Fatalf("want %s, got %s", want, appendShortest(nil, v))
		}
		for n%10 == 0 {
			n /= 10
			k++
		}
		digits := strconv.FormatUint(n, 10)
		want := strconv.FormatFloat(v, 'e', -1, 64)
		have := digits[:1]
		if len(digits) > 1 {
			have += "." + digits[1:]
		}
		exponent := k + len(digits) - 1
		sign := "+"
		if exponent < 0 {
			sign, exponent = "-", -exponent
		}
		if exponent < 10 {
			sign += "0"
		}
		if have += "e" + sign + strconv.Itoa(exponent); have != want {
			t.Fatalf("want %s, got %s", want, have)
		}
	}
	count := 60_000
	if testing.Short() {
		count = 10_000
	}
	for range count {
		check(math.Float64frombits(rnd.Uint64()))
		check(rnd.Float64() * 180)
		check(float64(rnd.IntN(1_000_000_000)) / math.Pow10(rnd.IntN(12)))
		check(rnd.Float64() * math.Pow10(rnd.IntN(27)-6))
	}
	for exponent := -1074; exponent <= 1023; exponent++ {
		v := math.Ldexp(1, exponent)
		check(v)
		check(math.Nextafter(v, 0))
		check(math.Nextafter(v, math.Inf(1)))
	}
	for exponent := -323; exponent <= 308; exponent++ {
		v, _ := strconv.ParseFloat("1e"+strconv.Itoa(exponent), 64)
		check(v)
		check(math.Nextafter(v, 0))
		check(math.Nextafter(v, math.Inf(1)))
		check(9 * v)
	}
	for _, v := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 9007199254740993, 0.1, 0.3, 1e21 - 131072, 5e-324} {
		check(v)
	}
}

func BenchmarkShortest(b *testing.B) {
	values := make([]float64, 1024)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = rnd.Float64()*360 - 180
	}
	buf := make([]byte, 0, 64)
	for name, write := range map[string]func([]byte, float64) []byte{
		"jsonwire": AppendFloat64,
		"strconv":  func(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'f', -1, 64) },
	} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				buf = write(buf[:0], values[i&1023])
				i++
			}
		})
	}
}
