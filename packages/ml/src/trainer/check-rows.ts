/** Rows of which a trainer hands its own scores back, for the parity check. */
export const CHECK_ROWS = 1000;
