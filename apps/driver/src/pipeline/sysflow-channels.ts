// Only what a pipeline needs: importing the whole package would make the fingerprint of its layout at every start.
export { eventChannel, flatChannel, sysflowChannel } from "@millrace/sysflow";
