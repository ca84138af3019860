package arg

import "github.com/lanyard-cli/lanyard/internal/engine/document"

func (s *scanner) item() (any, error) {
	if s.depth++; s.depth > maxDepth {
		return nil, errDepth
	}
	defer func() { s.depth-- }()
	switch s.current() {
	case '[':
		return s.list()
	case '{':
		return s.hash()
	}
	return s.value(firstValue)
}

func (s *scanner) list() (any, error) {
	s.pos++
	s.space()
	list := []any{}
	for s.current() != ']' {
		v, err := s.item()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if err := s.separator(']'); err != nil {
			return nil, err
		}
	}
	s.pos++
	return list, nil
}

func (s *scanner) hash() (any, error) {
	s.pos++
	s.space()
	o := new(document.Object)
	for s.current() != '}' {
		key, err := s.key()
		if err != nil {
			return nil, err
		}
		v, err := s.item()
		if err != nil {
			return nil, err
		}
		if err := s.separator('}'); err != nil {
			return nil, err
		}
		o.Set(key, v)
	}
	s.pos++
	return o, nil
}

// separator reads the comma behind an item, unless end follows.
func (s *scanner) separator(end byte) error {
	s.space()
	if s.current() == end {
		return nil
	}
	if err := s.expect(',', false); err != nil {
		return err
	}
	s.space()
	return nil
}
