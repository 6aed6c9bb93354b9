package media

import "testing"

// BenchmarkForm makes JSON of a form with twelve fields, of which three are nested.
func BenchmarkForm(b *testing.B) {
	body := []byte("amount=500&currency=eur&live=true&note=for+the+road&tags=a&tags=b&sizes=1&sizes=2&any=x" +
		"&card[number]=4242424242424242&card[exp][month]=5&card[exp][year]=2030")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, body, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
