package profile

import "github.com/lanyard-cli/lanyard/internal/awsconfig"

// A world is everything that both files say, in their order.
type world struct {
	names    []string // of profiles: the config's, then the others of the credentials file
	profiles map[string]settings
	sessions []*awsconfig.Section
}

func (r *resolver) world() (*world, error) {
	w := &world{profiles: make(map[string]settings)}
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		if err := doc.Unreadable(); err != nil && doc.Credentials {
			r.warn(goesOnWithout(err)) // profiles and sessions are in the config
			continue
		}
		sections, problems, err := doc.All()
		r.warnOf(problems)
		if err != nil {
			return nil, unreadable(err)
		}
		for _, s := range sections {
			switch s.Kind {
			case awsconfig.SSOSession:
				w.sessions = append(w.sessions, s)
			case awsconfig.Profile:
				own, known := w.profiles[s.Name]
				if !known {
					w.names = append(w.names, s.Name)
				}
				if doc.Credentials {
					own.credentials = s
				} else {
					own.config = s
				}
				w.profiles[s.Name] = own
			}
		}
	}
	return w, nil
}

// session returns the [sso-session] of the name, or nil.
func (w *world) session(name string) (*awsconfig.Section, error) {
	for _, s := range w.sessions {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, nil
}

// Names returns the names of all profiles: the config's in the order of the file,
// then the others of the credentials file. An error is an *[Error].
func Names(in Inputs) ([]string, []Warning, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, r.warnings, err
	}
	return w.names, r.warnings, nil
}
