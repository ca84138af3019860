package profile

import "github.com/lanyard-cli/lanyard/internal/awsconfig"

// unreadFiles decides what a file means that exists and cannot be read. The AWS CLI
// takes such a file for an empty one. Here the same is done with a warning, except
// where the profile was named and may be in that file: then done is true and err says
// so. Keys in the environment decide before a profile that the environment names.
func (r *resolver) unreadFiles(p *Profile) (done bool, err error) {
	hint := "make it readable, or name other files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE"
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		unread := doc.Unreadable()
		if unread == nil {
			continue
		}
		done = true
		if !p.Exists && (p.Explicit || p.FromEnv && !r.environmentKeys()) {
			return true, unreadable(unread)
		}
		warning := goesOnWithout(unread)
		warning.Hint, hint = hint, ""
		r.warn(warning)
	}
	return done, nil
}

// environmentKeys reports whether the environment holds a complete pair of keys.
func (r *resolver) environmentKeys() bool {
	id, _ := r.env("AWS_ACCESS_KEY_ID")
	secret, _ := r.env("AWS_SECRET_ACCESS_KEY")
	return id != "" && secret != ""
}

func goesOnWithout(err error) Warning {
	return Warning{Text: err.Error() + "; continuing without this file"}
}
