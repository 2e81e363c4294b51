/** 138****1234: how a mobile number leaves the registry (domain.md 8.3). */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
