package emulator

import "net/url"

// checkMFA checks the code of an MFA device, if the request has one. It reports
// whether it has. Each code works once.
func (e *Emulator) checkMFA(in url.Values) (given bool, no *apiError) {
	serial, code := in.Get("SerialNumber"), in.Get("TokenCode")
	switch {
	case serial == "" && code == "":
		return false, nil
	case in.Has("SerialNumber") && !isSerial(serial):
		return false, constraint(serial, "serialNumber", "Member must satisfy regular expression pattern: [\\w+=/:,.@-]*, and have length between 9 and 256")
	case in.Has("TokenCode") && (len(code) != 6 || !made(code, "0123456789")):
		return false, constraint(code, "tokenCode", "Member must satisfy regular expression pattern: [\\d]*, and have length equal to 6")
	case serial == "" || code == "":
		return false, accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	secret, ok := e.dir.Load().devices[serial]
	switch {
	case !ok:
		return false, accessDenied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
	case !e.useTOTP("mfa "+serial, secret, code): // no user's name has a blank
		return false, accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	}
	return true, nil
}
