// The fixed inputs of all programs, so that the stored spans can be compared.

export const MODEL = "gpt-4o-mini";
export const CLAUDE = "claude-sonnet-4-5";
export const EMBEDDING_MODEL = "text-embedding-3-small";
export const SYSTEM = "Be brief.";
export const QUESTION = "What is a trace?";
export const WEATHER_QUESTION = "What is the weather in Paris?";
export const RATE_LIMITED_QUESTION = "Is there a rate limit?";
export const TEXT = "a few words of text";
export const TOOL = "get_weather";
export const TOOL_DESCRIPTION = "The weather in a city";
export const TOOL_PARAMETERS = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
export const TOOL_RESULT = "18 degrees and sunny";

/** Runs a call that must fail. */
export async function failing(call) {
  let answer;
  try {
    answer = await call();
  } catch {
    return;
  }
  throw new Error(`succeeded: ${JSON.stringify(answer)}`);
}
