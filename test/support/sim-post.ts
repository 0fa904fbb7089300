/** Posts to the simulated chat platforms. */
export interface Posted {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Posted> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', body: text, headers });
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: await response.text() };
}
