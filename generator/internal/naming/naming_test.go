package naming

import (
	"go/token"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExported(t *testing.T) {
	for in, want := range map[string]string{
		"pet":                    "Pet",
		"petId":                  "PetID",
		"pet_id":                 "PetID",
		"PetID":                  "PetID",
		"petIds":                 "PetIDs",
		"photoUrls":              "PhotoURLs",
		"x-request-id":           "XRequestID",
		"X-Next-After":           "XNextAfter",
		"HTTPServer":             "HTTPServer",
		"httpServer":             "HTTPServer",
		"apiKey":                 "APIKey",
		"api_key":                "APIKey",
		"createdAt":              "CreatedAt",
		"NOT_FOUND":              "NotFound",
		"USER_ID":                "UserID",
		"petDTO":                 "PetDTO",
		"DTO":                    "DTO",
		"id":                     "ID",
		"ids":                    "IDs",
		"id2":                    "ID2",
		"ipv4":                   "IPv4",
		"oauth2_token":           "OAuth2Token",
		"v1.Pod":                 "V1Pod",
		"io.k8s.api.core.v1.Pod": "IoK8sAPICoreV1Pod",
		"2fa":                    "X2fa",
		"+1":                     "Plus1",
		"-1":                     "Minus1",
		"1":                      "X1",
		"":                       "Empty",
		" ":                      "Empty",
		"*":                      "Star",
		">=":                     "GreaterEqual",
		"$ref":                   "Ref",
		"@type":                  "Type",
		"_links":                 "Links",
		"_":                      "Underscore",
		"foo[]":                  "Foo",
		"filter[name]":           "FilterName",
		"type":                   "Type",
		"func":                   "Func",
		"größe":                  "Größe",
		"élan":                   "Élan",
		"宠物":                     "X宠物",
		"пёс":                    "Пёс",
		"a b\tc":                 "ABC",
		"back`tick":              "BackTick",
		"it's":                   "ItS",
		"a/b~c":                  "ABC",
		"\xff\xfe":               "Empty",
		"e\u0301tat":             "ETat",
		"😀":                      "Empty",
		"ǆ":                      "Ǆ",
		"https":                  "HTTPS",
		"List<Pet>":              "ListPet",
		"Map«string,Pet»":        "MapStringPet",
	} {
		assert.Equal(t, want, Exported(in), "%q", in)
	}
	assert.LessOrEqual(t, len(Exported(strings.Repeat("ü", 1000))), maxLength)
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{
		"Pet": "Pet",
		"PostCustomersCustomerSubscriptionsSubscriptionExposedIDBodyPaymentSettingsPaymentMethodOptionsUsBankAccount": "PostCustomersCustomerPaymentMethodOptionsUsBankAccount",
		strings.Repeat("A", 64):       strings.Repeat("A", 64),
		strings.Repeat("A", 70) + "b": strings.Repeat("A", 63) + "b",
		strings.Repeat("é", 40):       strings.Repeat("é", 32),
	} {
		assert.Equal(t, want, Clip(in))
		assert.Equal(t, want, Clip(want))
	}
}

func TestPartMayBeginWithDigit(t *testing.T) {
	assert.Equal(t, "2fa", Part("2fa"))
	assert.Equal(t, "宠物", Part("宠物"))
	assert.Equal(t, "Empty", Part(""))
}

func TestUnexported(t *testing.T) {
	for in, want := range map[string]string{
		"GetPet": "getPet", "APIKey": "apiKey", "URL": "url", "IDs": "ids", "IDsOf": "idsOf", "X宠物": "x宠物",
		"HTTPServer": "httpServer", "Pet": "pet", "ABTest": "abTest", "X2fa": "x2fa", "IDse": "iDse", "Élan": "élan",
	} {
		assert.Equal(t, want, Unexported(in), in)
	}
}

func TestOperation(t *testing.T) {
	for _, c := range [][3]string{
		{"GET", "/pets/{petId}", "GetPetsByPetID"},
		{"GET", "/", "GetRoot"},
		{"POST", "/pets", "PostPets"},
		{"GET", "/jobs/{id}:cancel", "GetJobsByIDCancel"},
		{"GET", "/{x}.json", "GetByXJSON"},
		{"DELETE", "/a/{}/b", "DeleteAByEmptyB"},
		{"GET", "/a/{open", "GetAOpen"},
		{"GET", "/a}b{c}", "GetABByC"},
		{"M-SEARCH", "/2fa", "MSearch2fa"},
	} {
		assert.Equal(t, c[2], Operation(c[0], c[1]), "%s %s", c[0], c[1])
	}
}

func TestConstants(t *testing.T) {
	assert.Equal(t, []string{"Pending", "New", "NotFound"}, Constants([]string{"PENDING", "NEW", "NOT_FOUND"}))
	assert.Equal(t, []string{"USD", "EUR"}, Constants([]string{"USD", "EUR"}))
	assert.Equal(t, []string{"PetDTO", "PENDING"}, Constants([]string{"petDTO", "PENDING"}))
	assert.Equal(t, []string{"Empty", "1", "Minus1"}, Constants([]string{"", "1", "-1"}))
}

func TestScope(t *testing.T) {
	s := NewScope("Client")
	assert.Equal(t, "Pet", s.Take("Pet"))
	assert.Equal(t, "Pet2", s.Take("Pet"))
	assert.Equal(t, "Pet3", s.Take("Pet"))
	assert.Equal(t, "Pet2_2", s.Take("Pet2"))
	assert.Equal(t, "Client2", s.Take("Client"))
	assert.Equal(t, "type2", s.Take("type"), "a keyword")
	assert.Equal(t, "string2", s.Take("string"), "predeclared")
	assert.Equal(t, "init2", s.Take("init"))
	assert.True(t, s.Has("Pet3"))
	assert.False(t, s.Has("Pet4"))
}

func TestScopeIsLinear(t *testing.T) {
	s := NewScope()
	seen := make(map[string]bool)
	for range 100_000 {
		name := s.Take("Pet")
		require.False(t, seen[name])
		seen[name] = true
	}
}

func FuzzExported(f *testing.F) {
	for _, seed := range []string{"petId", "NOT_FOUND", "a_p_i_s", "2fa", "", "宠物", "\xff", "IDsOf", "ǆx", "a_ß", "x1_Y2", "url_x", "K"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := Exported(s)
		require.True(t, isExported(name), "%q gives %q", s, name)
		require.Equal(t, name, Exported(s))
		require.Equal(t, name, Exported(name), "%q", s)
		require.True(t, isExported("A"+Part(s)), "%q", s)
		require.True(t, isExported(Operation("GET", s)), "%q", s)
		lower := NewScope().Take(Unexported(name))
		require.True(t, utf8.ValidString(lower))
		require.False(t, isExported(lower) || !isExported("A"+lower), "%q gives %q", s, lower)
	})
}

func isExported(name string) bool { return token.IsIdentifier(name) && token.IsExported(name) }
