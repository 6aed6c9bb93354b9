package param

// Form reads all pairs of a query or of a form (application/x-www-form-urlencoded) as one object, by the shape that it has.
func (r *Report) Form(q *Query, s *Shape) Value {
	v := r.Lookup(Place{In: InQuery, Style: FormExplode}, &q.Pairs).As(s)
	v.present = q.Len() > 0
	return v
}

// AppendForm appends a JSON object as a form that [Report.Form] reads as the same one. It fails for a value that would be read
// as another one.
func AppendForm(b []byte, s *Shape, json []byte) ([]byte, error) {
	t := formTarget{b: b}
	NewWriter(&t, Place{In: InQuery, Style: FormExplode}).As(s, json)
	return t.b, t.err
}

// formTarget takes one form.
type formTarget struct {
	b   []byte
	err error
}

// BeginParam implements Target.
func (t *formTarget) BeginParam(Place) []byte { return t.b }

// EndParam implements Target.
func (t *formTarget) EndParam(_ Place, b []byte) { t.b = b }

// FailParam implements Target.
func (t *formTarget) FailParam(_ Place, err error) { t.err = err }
