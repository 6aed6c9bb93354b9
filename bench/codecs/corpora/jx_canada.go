package corpora

import "github.com/go-faster/jx"

func decodeCanada(d *jx.Decoder, v *Canada) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "type":
			v.Type, err = d.Str()
		case "features":
			v.Features, err = decodeList(d, decodeCanadaFeature)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCanada(e *jx.Encoder, v *Canada) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("features")
	encodeList(e, v.Features, encodeCanadaFeature)
	e.ObjEnd()
}

func decodeCanadaFeature(d *jx.Decoder, v *CanadaFeature) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "type":
			v.Type, err = d.Str()
		case "properties":
			err = decodeCanadaProperties(d, &v.Properties)
		case "geometry":
			err = decodeCanadaGeometry(d, &v.Geometry)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCanadaFeature(e *jx.Encoder, v *CanadaFeature) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("properties")
	encodeCanadaProperties(e, &v.Properties)
	e.FieldStart("geometry")
	encodeCanadaGeometry(e, &v.Geometry)
	e.ObjEnd()
}

func decodeCanadaProperties(d *jx.Decoder, v *CanadaProperties) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "name":
			v.Name, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCanadaProperties(e *jx.Encoder, v *CanadaProperties) {
	e.ObjStart()
	e.FieldStart("name")
	e.Str(v.Name)
	e.ObjEnd()
}

func decodeCanadaGeometry(d *jx.Decoder, v *CanadaGeometry) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "type":
			v.Type, err = d.Str()
		case "coordinates":
			v.Coordinates, err = decodeList(d, func(d *jx.Decoder, v *[][]float64) (err error) {
				*v, err = decodeList(d, func(d *jx.Decoder, v *[]float64) (err error) { *v, err = decodeList(d, decodeFloat); return err })
				return err
			})
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCanadaGeometry(e *jx.Encoder, v *CanadaGeometry) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("coordinates")
	encodeList(e, v.Coordinates, func(e *jx.Encoder, v *[][]float64) {
		encodeList(e, *v, func(e *jx.Encoder, v *[]float64) { encodeList(e, *v, encodeFloat) })
	})
	e.ObjEnd()
}

// DecodeJX reads v.
func (v *Canada) DecodeJX(d *jx.Decoder) error { return decodeCanada(d, v) }

// EncodeJX writes v.
func (v *Canada) EncodeJX(e *jx.Encoder) { encodeCanada(e, v) }
