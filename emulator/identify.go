package emulator

// Identify returns the ARN of the role session that a set of keys belongs to, as
// GetCallerIdentity would tell. It returns an error if the keys are not ones that
// this emulator gave out, or have expired.
func (e *Emulator) Identify(accessKeyID, secretAccessKey, sessionToken string) (arn string, err error) {
	p, err := e.consolePrincipal(accessKeyID, secretAccessKey, sessionToken, e.Now())
	if err != nil {
		return "", err
	}
	return p.ARN, nil
}
