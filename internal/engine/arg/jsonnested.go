package arg

import "github.com/lanyard-cli/lanyard/internal/engine/document"

func (r *jsonReader) members() (any, error) {
	o := new(document.Object)
	r.object(o)
	r.pos++
	r.space()
	for r.current() != '}' || o.Len() > 0 {
		if r.current() != '"' {
			return nil, r.fail("Expecting property name enclosed in double quotes", r.pos)
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		if r.space(); r.current() != ':' {
			return nil, r.fail("Expecting ':' delimiter", r.pos)
		}
		r.pos++
		r.space()
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		o.Set(name.(string), v) // text gives nothing else
		if more, err := r.more('}'); !more || err != nil {
			return o, err
		}
	}
	r.pos++
	return o, nil
}

func (r *jsonReader) list() (any, error) {
	list := []any{}
	r.pos++
	r.space()
	for r.current() != ']' || len(list) > 0 {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if more, err := r.more(']'); !more || err != nil {
			return list, err
		}
	}
	r.pos++
	return list, nil
}

// more reads the sign behind an element: a comma, or the end.
func (r *jsonReader) more(end rune) (bool, error) {
	r.space()
	c := r.current()
	if c != end && c != ',' {
		return false, r.fail("Expecting ',' delimiter", r.pos)
	}
	r.pos++
	if c == end {
		return false, nil
	}
	r.space()
	return true, nil
}
