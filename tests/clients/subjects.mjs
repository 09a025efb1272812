// What both SDKs are asked about: an object, and a tool.

import { z } from "zod";

export const City = z.object({ city: z.string(), people: z.number() });

export const Place = z.object({ city: z.string(), note: z.string().optional() });

export const WEATHER = {
  name: "weather",
  description: "The weather in a city",
  parameters: z.toJSONSchema(Place),
};

export const forecast = ({ city }) => `${city}: 12 °C`;
