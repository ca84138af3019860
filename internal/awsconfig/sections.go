package awsconfig

// sections returns what was collected: keys of [DEFAULT] inherited, names read,
// and of several spellings of one name only the last.
func (c *collector) sections() []*Section {
	var inherited []Setting
	if d := c.index[defaultSection]; d != nil {
		inherited = d.settings
	}
	type id struct {
		kind Kind
		name string
	}
	secs := make([]*Section, 0, len(c.raws))
	seen := make(map[id]int, len(c.raws))
	for _, r := range c.raws {
		kind, name, ok := sectionName(r.text, c.credentials)
		if !ok || r.text == defaultSection {
			continue
		}
		s := &Section{Kind: kind, Name: name, Path: c.path, Line: r.line, Settings: inherit(r.settings, inherited)}
		if i, ok := seen[id{kind, name}]; ok {
			secs[i] = s // wholesale, in the place of the first
			continue
		}
		seen[id{kind, name}] = len(secs)
		secs = append(secs, s)
	}
	return secs
}

// inherit returns own and, after them, what it lacks of inherited.
func inherit(own, inherited []Setting) []Setting {
	if len(inherited) == 0 {
		return own
	}
	section := raw{settings: own}
	for _, s := range inherited {
		if section.place(s.Key) < 0 {
			own = append(own, s)
		}
	}
	return own
}
