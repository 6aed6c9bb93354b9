package corpora

import "github.com/go-faster/jx"

func decodePet(d *jx.Decoder, v *Pet) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			v.ID, err = d.Int64()
		case "name":
			v.Name, err = d.Str()
		case "status":
			v.Status, err = d.Str()
		case "tags":
			v.Tags, err = decodeList(d, decodeString)
		case "price":
			v.Price, err = d.Float64()
		case "category":
			err = decodePetCategory(d, &v.Category)
		case "description":
			v.Description, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodePet(e *jx.Encoder, v *Pet) {
	e.ObjStart()
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("status")
	e.Str(v.Status)
	e.FieldStart("tags")
	encodeList(e, v.Tags, encodeString)
	e.FieldStart("price")
	e.Float64(v.Price)
	e.FieldStart("category")
	encodePetCategory(e, &v.Category)
	e.FieldStart("description")
	e.Str(v.Description)
	e.ObjEnd()
}

func decodePetCategory(d *jx.Decoder, v *PetCategory) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			v.ID, err = d.Int64()
		case "name":
			v.Name, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodePetCategory(e *jx.Encoder, v *PetCategory) {
	e.ObjStart()
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("name")
	e.Str(v.Name)
	e.ObjEnd()
}

// DecodeJX reads v.
func (v *Pet) DecodeJX(d *jx.Decoder) error { return decodePet(d, v) }

// EncodeJX writes v.
func (v *Pet) EncodeJX(e *jx.Encoder) { encodePet(e, v) }
