package jsonwire_test

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// pet and owner are written as the generator writes a schema: what is measured and fuzzed here is what a service runs.
type pet struct {
	ID       int64                    `json:"id"`
	Name     string                   `json:"name"`
	Tag      value.Opt[string]        `json:"tag,omitzero"`
	Status   string                   `json:"status"`
	Weight   float64                  `json:"weight"`
	Born     time.Time                `json:"born"`
	Neutered bool                     `json:"neutered"`
	Photos   []string                 `json:"photos"`
	Note     value.OptNull[string]    `json:"note,omitzero"`
	Owner    value.Opt[owner]         `json:"owner,omitzero"`
	Extra    map[string]value.JSON    `json:"-"`
	Parents  value.Opt[[]value.UUID]  `json:"parents,omitzero"`
	Chip     value.Null[value.UUID]   `json:"chip"`
	Price    value.Opt[value.Decimal] `json:"price,omitzero"`
}

type owner struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

var (
	petKeys = jsonwire.NewKeys("id", "name", "tag", "status", "weight", "born", "neutered", "photos", "note", "owner", "parents", "chip", "price").
		Required("id", "name", "status", "photos").
		Open()
	ownerKeys = jsonwire.NewKeys("name", "email").Required("name")

	petID     = validate.IntRule{Min: 1, HasMin: true}
	petName   = validate.StringRule{MinLength: 1, MaxLength: 64}
	petTag    = validate.StringRule{MaxLength: 32}
	petStatus = validate.NewEnum("available", "pending", "sold")
	petWeight = validate.FloatRule{Min: 0, HasMin: true, ExclusiveMin: true, Max: 1000, HasMax: true}
	petPhoto  = validate.StringRule{MinLength: 1}
	petPhotos = validate.ArrayRule{MaxItems: 20}
	ownerMail = validate.StringRule{MinLength: 3}
)

func (v *pet) DecodeJSON(d *jsonwire.Decoder) {
	var seen jsonwire.Seen
	for i := d.Object(petKeys); i != jsonwire.EndObject; i = d.Next(petKeys, i) {
		switch i {
		case 0:
			v.ID = d.Int64(&petID)
		case 1:
			v.Name = d.String(&petName)
		case 2:
			v.Tag.Set(d.String(&petTag))
		case 3:
			v.Status = d.Enum(petStatus)
		case 4:
			v.Weight = d.Float64(&petWeight)
		case 5:
			v.Born = d.Time()
		case 6:
			v.Neutered = d.Bool()
		case 7:
			v.Photos = v.Photos[:0]
			start := d.Offset()
			for more := d.Array(); more; more = d.NextItem() {
				v.Photos = append(v.Photos, d.String(&petPhoto))
			}
			d.CheckItems(start, len(v.Photos), &petPhotos)
		case 8:
			if d.Null() {
				v.Note.SetNull()
			} else {
				v.Note.Set(d.String(nil))
			}
		case 9:
			var o owner
			o.DecodeJSON(d)
			v.Owner.Set(o)
		case 10:
			var ids []value.UUID
			for more := d.Array(); more; more = d.NextItem() {
				ids = append(ids, d.UUID())
			}
			v.Parents.Set(ids)
		case 11:
			if d.Null() {
				v.Chip.SetNull()
			} else {
				v.Chip.Set(d.UUID())
			}
		case 12:
			v.Price.Set(d.Decimal(nil))
		default:
			k := d.Key()
			if v.Extra == nil {
				v.Extra = map[string]value.JSON{}
			}
			v.Extra[k] = d.JSON()
		}
		seen.Add(i)
	}
	d.Require(petKeys, seen)
}

func (v *owner) DecodeJSON(d *jsonwire.Decoder) {
	var seen jsonwire.Seen
	for i := d.Object(ownerKeys); i != jsonwire.EndObject; i = d.Next(ownerKeys, i) {
		switch i {
		case 0:
			v.Name = d.String(&petName)
		case 1:
			v.Email = d.String(&ownerMail)
		}
		seen.Add(i)
	}
	d.Require(ownerKeys, seen)
}

func (v *pet) AppendJSON(b []byte) []byte {
	b = jsonwire.AppendInt64(append(b, `{"id":`...), v.ID)
	b = jsonwire.AppendString(append(b, `,"name":`...), v.Name)
	if tag, ok := v.Tag.Get(); ok {
		b = jsonwire.AppendString(append(b, `,"tag":`...), tag)
	}
	b = jsonwire.AppendString(append(b, `,"status":`...), v.Status)
	b = jsonwire.AppendFloat64(append(b, `,"weight":`...), v.Weight)
	b = jsonwire.AppendTime(append(b, `,"born":`...), v.Born)
	b = jsonwire.AppendBool(append(b, `,"neutered":`...), v.Neutered)
	b = append(b, `,"photos":[`...)
	for i, photo := range v.Photos {
		if i > 0 {
			b = append(b, ',')
		}
		b = jsonwire.AppendString(b, photo)
	}
	b = append(b, ']')
	if v.Note.IsNull() {
		b = append(b, `,"note":null`...)
	} else if note, ok := v.Note.Get(); ok {
		b = jsonwire.AppendString(append(b, `,"note":`...), note)
	}
	if o, ok := v.Owner.Get(); ok {
		b = o.AppendJSON(append(b, `,"owner":`...))
	}
	if ids, ok := v.Parents.Get(); ok {
		b = append(b, `,"parents":[`...)
		for i, id := range ids {
			if i > 0 {
				b = append(b, ',')
			}
			b = jsonwire.AppendUUID(b, id)
		}
		b = append(b, ']')
	}
	if id, ok := v.Chip.Get(); ok {
		b = jsonwire.AppendUUID(append(b, `,"chip":`...), id)
	} else {
		b = append(b, `,"chip":null`...)
	}
	if price, ok := v.Price.Get(); ok {
		b = jsonwire.AppendDecimal(append(b, `,"price":`...), price)
	}
	return append(b, '}')
}

func (v *owner) AppendJSON(b []byte) []byte {
	b = jsonwire.AppendString(append(b, `{"name":`...), v.Name)
	b = jsonwire.AppendString(append(b, `,"email":`...), v.Email)
	return append(b, '}')
}

// petBody is a body of 268 bytes.
const petBody = `{"id":8731,"name":"Bar","tag":"dog","status":"available","weight":23.75,"born":"2021-04-30T09:15:00Z","neutered":true,` +
	`"photos":["https://img.example.com/8731/1.jpg","https://img.example.com/2.jpg"],"owner":{"name":"Ada Lovelace","email":"ada@example.com"},"chip":null}`
