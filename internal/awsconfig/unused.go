package awsconfig

// A Title is the text between the brackets of a section header.
type Title struct {
	Text string
	Line int
}

// Unused returns the headers that name neither a profile, a session nor services. The
// AWS CLI takes no notice of such a section. Reading stops at what cannot be parsed.
func (d *Doc) Unused() []Title {
	if d == nil {
		return nil
	}
	d, err := d.whole()
	if err != nil {
		return nil
	}
	var titles []Title
	s := scanner{data: d.data}
	for num := 1; ; num++ {
		l, ok := s.next()
		if !ok {
			return titles
		}
		if l.kind != header {
			continue
		}
		text, _ := headerText(l.text)
		if kind, _, ok := sectionName(text, d.Credentials); (!ok || kind == Other) && text != defaultSection {
			titles = append(titles, Title{text, num})
		}
	}
}
