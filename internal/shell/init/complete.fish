# The completion of USE is that of "lanyard use".
complete --command USE --wraps 'lanyard use'
