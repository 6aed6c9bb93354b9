package media

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// formShapes are what the tests read and write.
var formShapes = shape.NewShapes(
	"Charge", `{amount: number, currency, live: boolean, note: string | null, tags: [string], sizes: [number],
		card: Card | null, items: [Item], "odd[]": number, meta: {*: string}, expand: "" | [string], any: any,
		filter(json): {max: number}, list(comma): [number], bars(pipe): [string], words(space): [string], pair(comma): {R: number, G: number},
		page(flat): {offset: number, limit: number}, url(reserved)}`,
	"Card", `{number, exp: {month: number, year: number}, owner: Charge}`,
	"Item", `{id, count: number, tags: [string]}`,
)

func form(t *testing.T, text string) string {
	t.Helper()
	doc, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, []byte(text), Limits{})
	require.NoError(t, err, text)
	return told(doc)
}

// told gives the JSON of a document, and what is wrong beside it.
func told(doc shape.Document) string {
	for _, f := range doc.Faults {
		doc.JSON = append(append(doc.JSON, ' '), f.Message...)
	}
	return string(doc.JSON)
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 `{}`,
		"amount=5":                         `{"amount":5}`,
		"amount=005&live=true":             `{"amount":5,"live":true}`,
		"amount=-0.5e3":                    `{"amount":-0.5e3}`,
		"amount=+5":                        `{"amount":" 5"}`, // the decoder refuses a string
		"amount=":                          `{"amount":""}`,
		"amount=1&amount=2":                `{"amount":1} must not be given more than once`,
		"any=1&any=2":                      `{"any":["1","2"]}`,
		"card=x&card[number]=1":            `{"card":{"number":"1"}} must not be given more than once`,
		"tags[1]=b&tags=a&tags[]=c":        `{"tags":["a","c","b"]}`,
		`sizes=[1,2]`:                      `{"sizes":[1,2]}`,
		`tags=["a"]`:                       `{"tags":["[\"a\"]"]}`,
		"tags[c]=d":                        `{"tags":{"c":"d"}}`, // the decoder refuses an object
		"list=1&list=2":                    `{"list":[1,2]}`,
		"pair=R":                           `{"pair":{}} an object's name lacks its value`,
		"currency=5":                       `{"currency":"5"}`,
		"currency=a+b%26%C3%A4":            `{"currency":"a b&ä"}`,
		"currency":                         `{"currency":""}`,
		"&&currency=x&":                    `{"currency":"x"}`,
		"currency=a=b":                     `{"currency":"a=b"}`,
		"live=TRUE":                        `{"live":"TRUE"}`,
		"note=":                            `{"note":""}`,
		"card=":                            `{"card":null}`,
		`card={"number":"4"}`:              `{"card":{"number":"4"}}`,
		"tags=a":                           `{"tags":["a"]}`,
		"tags=a&tags=b":                    `{"tags":["a","b"]}`,
		"tags[]=a":                         `{"tags":["a"]}`,
		"tags%5B%5D=a&tags%5B%5D=b":        `{"tags":["a","b"]}`,
		"tags[1]=b&tags[0]=a":              `{"tags":["a","b"]}`,
		"tags[10]=c&tags[9]=b&tags[1]=a":   `{"tags":["a","b","c"]}`,
		"sizes=1&sizes=x":                  `{"sizes":[1,"x"]}`,
		"card[exp][month]=5":               `{"card":{"exp":{"month":5}}}`,
		"card[owner][card][exp][year]=1":   `{"card":{"owner":{"card":{"exp":{"year":1}}}}}`,
		"card[number]=1&card[exp][year]=2": `{"card":{"number":"1","exp":{"year":2}}}`,
		"items[0][id]=a&items[0][count]=1&items[1][id]=b": `{"items":[{"id":"a","count":1},{"id":"b"}]}`,
		"items[][id]=a&items[][count]=1&items[][id]=b":    `{"items":[{"id":"a","count":1},{"id":"b"}]}`,
		"items[0][tags][]=x&items[0][tags][]=y":           `{"items":[{"tags":["x","y"]}]}`,
		"items[0][tags]=x":                                `{"items":[{"tags":["x"]}]}`,
		"odd[]=5":                                         `{"odd[]":5}`,
		"meta[a]=1&meta[b c]=x":                           `{"meta":{"a":"1","b c":"x"}}`,
		"expand=":                                         `{"expand":""}`,
		"expand=x":                                        `{"expand":["x"]}`,
		"any=5":                                           `{"any":"5"}`,
		"any[0]=5&any[1]=6":                               `{"any":["5","6"]}`,
		"any[a]=5":                                        `{"any":{"a":"5"}}`,
		`filter={"max":5}`:                                `{"filter":{"max":5}}`,
		`filter=x`:                                        `{"filter":"x"}`,
		"list=1,2&bars=a|b%7Cc":                           `{"list":[1,2],"bars":["a","b","c"]}`,
		"list=&words=a+b%20c":                             `{"list":[],"words":["a","b","c"]}`,
		"bars=a%2Cb":                                      `{"bars":["a,b"]}`,
		"pair=R,1,G,2":                                    `{"pair":{"R":1,"G":2}}`,
		"offset=1&limit=2":                                `{"page":{"offset":1,"limit":2}}`,
		"unknown=1&un[k]=2&un[]=3":                        `{"unknown":"1","un":{"k":"2","":"3"}}`,
		"a[b=1&[x]=2&c]=3&d[x]y=4":                        `{"a[b":"1","[x]":"2","c]":"3","d[x]y":"4"}`,
		"a[[b]]=1":                                        `{"a[[b]]":"1"}`,
	} {
		assert.Equal(t, want, form(t, text), text)
	}
}

func TestReadFormRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a=%":                                  "percent sign",
		"%zz=1":                                "percent sign",
		"a=%FF":                                "UTF-8",
		"a" + strings.Repeat("[b]", 65) + "=1": "nested",
		strings.Repeat("a=1&", 1001):           "more than 1000 fields",
	} {
		_, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, []byte(text), Limits{})
		assert.ErrorContains(t, err, want, text)
	}
	_, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, []byte("a=1&b=2"), Limits{Fields: 1})
	require.ErrorContains(t, err, "more than 1 fields")
	_, err = Decode(formShapes, "Charge", "application/x-www-form-urlencoded", []byte("x/y; charset=utf-16"), []byte("a=1&b=2"), Limits{})
	require.ErrorContains(t, err, "utf-16")
}

// TestWriteForm writes values and reads them back.
func TestWriteForm(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`{}`: "",
		`{"amount":5,"currency":"a b&=ä","live":true}`: "amount=5&currency=a%20b%26%3D%C3%A4&live=true",
		`{"tags":["a","b"],"sizes":[]}`:                "tags=a&tags=b",
		`{"card":{"number":"1","exp":{"month":5}}}`:    "card%5Bnumber%5D=1&card%5Bexp%5D%5Bmonth%5D=5",
		`{"items":[{"id":"a","tags":["x","y"]},{"id":"b"}]}`: "items%5B0%5D%5Bid%5D=a&items%5B0%5D%5Btags%5D%5B%5D=x" +
			"&items%5B0%5D%5Btags%5D%5B%5D=y&items%5B1%5D%5Bid%5D=b",
		`{"list":[1,2],"bars":["a","b"],"words":["a","b"]}`: "list=1,2&bars=a%7Cb&words=a%20b",
		`{"pair":{"R":1,"G":2},"page":{"offset":1}}`:        "pair=R,1,G,2&offset=1",
		`{"filter":{"max":5},"url":"https://a/b?c=d"}`:      "filter=%7B%22max%22%3A5%7D&url=https://a/b?c=d",
	} {
		body, contentType, err := Encode(formShapes, "Charge", "application/x-www-form-urlencoded", []byte(value))
		require.NoError(t, err)
		assert.Equal(t, want, string(body))
		assert.Equal(t, "application/x-www-form-urlencoded", contentType)
		if !strings.Contains(value, "[]") {
			assert.Equal(t, value, form(t, string(body)))
		}
	}
	body, _, err := Encode(formShapes, "Charge", "application/x-www-form-urlencoded", []byte(`{"card":null}`))
	require.NoError(t, err)
	assert.Equal(t, "card=", string(body))
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ of, contentType, text, want string }{
		{"string", "", "a\"b\n", `"a\"b\n"`},
		{"string", "", "", `""`},
		{"string", "", "\ufeffa", `"a"`},
		{"string", "text/plain; Charset=\"ISO-8859-1\"", "\xe4", `"ä"`},
		{"number", "", "5", `5`},
		{"number", "", "5 ", `"5 "`},
		{"boolean", "", "true", `true`},
		{"number | null", "", "", `null`},
		{"Charge", "", `{"amount":5}`, `{"amount":5}`},
		{"Charge", "", `x`, `x`},
		{"any", "", `5`, `"5"`},
	} {
		doc, err := Decode(formShapes, c.of, "text/plain", []byte(c.contentType), []byte(c.text), Limits{})
		require.NoError(t, err)
		assert.Equal(t, c.want, string(doc.JSON), c)
	}
	for value, want := range map[string]string{`"a\"b\n"`: "a\"b\n", "5": "5", `{"a":1}`: `{"a":1}`, "": ""} {
		body, contentType, err := Encode(formShapes, "any", "text/csv", []byte(value))
		require.NoError(t, err)
		assert.Equal(t, want, string(body))
		assert.Equal(t, "text/csv; charset=utf-8", contentType)
	}
	for declared, sent := range map[string]string{
		"text/csv; charset=utf-8": "text/csv; charset=utf-8", `text/csv; note="; charset=x"`: `text/csv; note="; charset=x"; charset=utf-8`,
	} {
		_, contentType, err := Encode(formShapes, "any", declared, []byte("5"))
		require.NoError(t, err)
		assert.Equal(t, sent, contentType)
	}
	_, err := Decode(formShapes, "string", "text/plain", nil, []byte("\xff"), Limits{})
	require.ErrorContains(t, err, "UTF-8")
}

// FuzzForm reads anything: what comes out is JSON.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"amount=5", "items[][id]=a&items[0][x]=1", "tags=a&tags[]=b&tags[c]=d", "a[b][c][]=%41+%", "list=1,2,", "pair=R,1,G"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc, err := Decode(formShapes, "Charge", "application/x-www-form-urlencoded", nil, []byte(s), Limits{})
		if err == nil && !shape.IsJSON(doc.JSON) {
			t.Errorf("%q gives %s", s, doc.JSON)
		}
	})
}
